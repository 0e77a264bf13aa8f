#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "data/tables/columns.h"
#include "data/tables/imputers.h"
#include "data/tables/json_numbers.h"

namespace cellwise::tables {
namespace {

constexpr int most_rounds = 10;
constexpr double imputation_tolerance = 1e-3;

struct Known {
    double mean = absent;
    double largest = 0;  // in size
    std::size_t missing = 0;
};

Known known_of(const std::vector<double>& numbers) {
    Known known;
    double sum = 0;
    for (const double x : numbers) {
        if (std::isnan(x)) {
            ++known.missing;
            continue;
        }
        sum += x;
        known.largest = std::max(known.largest, std::abs(x));
    }
    if (known.missing < numbers.size()) known.mean = sum / static_cast<double>(numbers.size() - known.missing);
    return known;
}

void fill_with(NumberColumns& columns, const std::vector<double>& means) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
        std::replace_if(
            columns[c].begin(), columns[c].end(), [](double x) { return std::isnan(x); }, means[c]);
    }
}

/// The other columns that have numbers, their rows where `target` is known, or missing.
NumberColumns predictors_of(const NumberColumns& filled, const std::vector<double>& means,
                            const std::vector<double>& target, std::size_t column, bool where_missing) {
    NumberColumns predictors;
    for (std::size_t c = 0; c < filled.size(); ++c) {
        if (c == column || std::isnan(means[c])) continue;
        auto& taken = predictors.emplace_back();
        for (std::size_t row = 0; row < target.size(); ++row) {
            if (std::isnan(target[row]) == where_missing) taken.push_back(filled[c][row]);
        }
    }
    return predictors;
}

/// Puts the model's answers into the missing rows of the column; the largest change of a number.
double predict_into(std::vector<double>& filled, const std::vector<double>& original, const NumberColumns& predictors,
                    const LinearModel& model) {
    double change = 0;
    std::size_t next = 0;
    for (std::size_t row = 0; row < original.size(); ++row) {
        if (!std::isnan(original[row])) continue;
        double value = model.intercept;
        for (std::size_t c = 0; c < predictors.size(); ++c) value += model.coefficients[c] * predictors[c][next];
        ++next;
        change = std::max(change, std::abs(value - filled[row]));
        filled[row] = value;
    }
    return change;
}

}  // namespace

void RegressionImputer::fit(const NumberColumns& columns) {
    means_.clear();
    regressions_.clear();
    double largest = 0;
    std::vector<std::size_t> missing;
    std::vector<std::size_t> order;  // the columns to fill
    for (std::size_t c = 0; c < columns.size(); ++c) {
        const auto known = known_of(columns[c]);
        means_.push_back(known.mean);
        missing.push_back(known.missing);
        largest = std::max(largest, known.largest);
        if (!std::isnan(known.mean)) order.push_back(c);
    }
    if (order.size() < 2) return;  // nothing to regress on: the mean stays
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return missing[a] < missing[b]; });
    NumberColumns filled = columns;
    fill_with(filled, means_);
    const bool any_missing = std::any_of(order.begin(), order.end(), [&](auto c) { return missing[c] > 0; });
    for (int round = 0; round < most_rounds; ++round) {
        double change = 0;
        for (const auto c : order) {
            auto target = columns[c];
            const auto known = predictors_of(filled, means_, columns[c], c, false);
            std::erase_if(target, [](double x) { return std::isnan(x); });
            auto model = bayesian_ridge(known, target);
            if (missing[c] > 0) {
                const auto unknown = predictors_of(filled, means_, columns[c], c, true);
                change = std::max(change, predict_into(filled[c], columns[c], unknown, model));
            }
            regressions_.push_back({c, std::move(model)});
        }
        // A table without a missing value teaches one round of regressions, for tables that have some.
        if (!any_missing || change < imputation_tolerance * largest) break;
    }
}

NumberColumns RegressionImputer::apply(const NumberColumns& columns) const {
    assert(columns.size() == means_.size());
    NumberColumns filled = columns;
    fill_with(filled, means_);
    for (const auto& regression : regressions_) {
        const auto& original = columns[regression.column];
        const auto unknown = predictors_of(filled, means_, original, regression.column, true);
        predict_into(filled[regression.column], original, unknown, regression.model);
    }
    return filled;
}

nlohmann::ordered_json RegressionImputer::json() const {
    auto list = nlohmann::ordered_json::array();
    for (const auto& [column, model] : regressions_) {
        list.push_back({{"column", column}, {"intercept", model.intercept}, {"coefficients", model.coefficients}});
    }
    return {{"means", json_of_numbers(means_)}, {"regressions", list}};
}

void RegressionImputer::set_json(const nlohmann::ordered_json& document) {
    means_ = numbers_of_json(document.at("means"));
    regressions_.clear();
    for (const auto& item : document.at("regressions")) {
        Regression regression;
        regression.column = item.at("column").get<std::size_t>();
        regression.model.intercept = item.at("intercept").get<double>();
        regression.model.coefficients = item.at("coefficients").get<std::vector<double>>();
        regressions_.push_back(std::move(regression));
    }
}

}  // namespace cellwise::tables
