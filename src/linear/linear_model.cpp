#include "linear/linear_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "linear/standardised.h"

namespace cellwise::linear {
namespace {

void softmax(std::span<double> margins) {
    const double largest = *std::max_element(margins.begin(), margins.end());
    double sum = 0;
    for (auto& margin : margins) sum += margin = std::exp(margin - largest);
    for (auto& margin : margins) margin /= sum;
}

}  // namespace

std::vector<double> LinearModel::margins(MatrixView features) const {
    if (features.columns != columns()) {
        throw DataError(
            fmt::format("the model was trained on {} features and is given {}", columns(), features.columns));
    }
    std::vector<double> result(features.rows * outputs);
    for (std::size_t row = 0; row < features.rows; ++row) {
        for (std::size_t output = 0; output < outputs; ++output) {
            double sum = intercepts[output];
            const auto* const weight = weights.data() + output * columns();
            for (std::size_t j = 0; j < columns(); ++j) {
                sum += weight[j] * (features.at(row, j) - centres[j]) / scales[j];
            }
            result[row * outputs + output] = sum;
        }
    }
    return result;
}

std::vector<double> LinearModel::predict(MatrixView features) const {
    auto result = margins(features);
    if (classes == 2) {
        for (auto& margin : result) margin = 1 / (1 + std::exp(-margin));
    } else if (classes > 2) {
        for (std::size_t row = 0; row < features.rows; ++row)
            softmax(std::span(result).subspan(row * outputs, outputs));
    }
    return result;
}

std::vector<double> LinearModel::contributions(MatrixView features) const {
    const auto all = margins(features);
    std::vector<double> result;
    result.reserve(all.size() * (columns() + 1));
    for (std::size_t row = 0; row < features.rows; ++row) {
        for (std::size_t output = 0; output < outputs; ++output) {
            double base = intercepts[output];
            for (std::size_t j = 0; j < columns(); ++j) {
                const double weight = weights[output * columns() + j];
                result.push_back(weight * ((features.at(row, j) - centres[j]) / scales[j] - means[j]));
                base += weight * means[j];
            }
            result.push_back(base);
        }
    }
    return result;
}

nlohmann::ordered_json LinearModel::json() const {
    return {{"classes", classes}, {"outputs", outputs}, {"centres", centres},      {"scales", scales},
            {"means", means},     {"weights", weights}, {"intercepts", intercepts}};
}

LinearModel LinearModel::from_json(const nlohmann::ordered_json& document, const std::string& origin) {
    LinearModel model;
    try {
        document.at("classes").get_to(model.classes);
        document.at("outputs").get_to(model.outputs);
        document.at("centres").get_to(model.centres);
        document.at("scales").get_to(model.scales);
        document.at("means").get_to(model.means);
        document.at("weights").get_to(model.weights);
        document.at("intercepts").get_to(model.intercepts);
    } catch (const nlohmann::json::exception&) {
        throw DataError(
            fmt::format("'{}' is no linear model of Cellwise: a part is missing or of another kind", origin));
    }
    const auto columns = model.centres.size();
    const std::size_t outputs = model.classes > 2 ? model.classes : 1;
    const bool holds_together = model.classes != 1 && model.outputs == outputs && columns > 0 &&
                                model.scales.size() == columns && model.means.size() == columns &&
                                model.weights.size() == outputs * columns && model.intercepts.size() == outputs;
    if (!holds_together)
        throw DataError(fmt::format("'{}': the parts of the linear model do not fit together", origin));
    return model;
}

Standardised standardise(const TrainingData& data) {
    const auto& features = data.features;
    const auto columns = features.columns;
    const double rows = static_cast<double>(features.rows);
    if (features.rows == 0 || data.targets.size() != features.rows ||
        (!data.weights.empty() && data.weights.size() != features.rows) ||
        (!data.is_number.empty() && data.is_number.size() != columns)) {
        throw InternalError("linear: features, targets and weights do not fit together");
    }
    Standardised result;
    auto& model = result.model;
    model.classes = data.classes;
    model.outputs = data.classes > 2 ? data.classes : 1;
    model.centres.assign(columns, 0);
    model.scales.assign(columns, 1);
    model.means.assign(columns, 0);
    result.values.resize(static_cast<Eigen::Index>(features.rows), static_cast<Eigen::Index>(columns));
    for (std::size_t j = 0; j < columns; ++j) {
        double sum = 0, squares = 0;
        for (std::size_t row = 0; row < features.rows; ++row) sum += features.at(row, j);
        const double mean = sum / rows;
        if (!std::isfinite(mean))
            throw DataError("linear models need features without missing values: fill them first");
        model.means[j] = mean;
        if (!data.is_number.empty() && data.is_number[j] != 0) {
            for (std::size_t row = 0; row < features.rows; ++row) squares += std::pow(features.at(row, j) - mean, 2);
            const double deviation = std::sqrt(squares / rows);
            model.centres[j] = mean;
            model.scales[j] = deviation > 0 ? deviation : 1;
            model.means[j] = 0;
        }
        for (std::size_t row = 0; row < features.rows; ++row) {
            result.values(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(j)) =
                (features.at(row, j) - model.centres[j]) / model.scales[j];
        }
    }
    result.weights = Eigen::VectorXd::Ones(static_cast<Eigen::Index>(features.rows));
    for (std::size_t row = 0; row < data.weights.size(); ++row) {
        result.weights(static_cast<Eigen::Index>(row)) = data.weights[row];
    }
    return result;
}

}  // namespace cellwise::linear
