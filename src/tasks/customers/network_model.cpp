#include "tasks/customers/network_model.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

#include "core/error.h"
#include "engine/recurrent.h"
#include "learning/device.h"

namespace cellwise::customers {
namespace {

/// So many rows go through a network at once.
constexpr std::int64_t chunk_rows = 512;

double sigmoid(double logit) { return 1 / (1 + std::exp(-logit)); }

void softmax(std::span<double> logits) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (auto& logit : logits) sum += logit = std::exp(logit - largest);
    for (auto& logit : logits) logit /= sum;
}

/// Points and weights of a quadrature over [0, 1]: Gauss's with 30 points on each of so many equal parts.
struct Quadrature {
    std::vector<double> points, weights;
};
Quadrature quadrature_of(int parts) {
    using Gauss = boost::math::quadrature::gauss<double, 30>;
    Quadrature result;
    for (int part = 0; part < parts; ++part) {
        for (std::size_t i = 0; i < Gauss::abscissa().size(); ++i) {
            for (const double sign : {-1.0, 1.0}) {
                result.points.push_back((part + 0.5 + 0.5 * sign * Gauss::abscissa()[i]) / parts);
                result.weights.push_back(0.5 * Gauss::weights()[i] / parts);
            }
        }
    }
    return result;
}

/// The same network in float64, computed by torch::nn.
std::shared_ptr<models::TableNetworkImpl> in_double(const models::TableNetworkImpl& network) {
    auto copy = models::make_table_network(network.options(), 0);
    copy->to(torch::kFloat64);
    const torch::NoGradGuard no_grad;
    const auto weights = network.named_parameters();
    for (auto& item : copy->named_parameters()) {
        item.value().copy_(weights[item.key()]);
        item.value().set_requires_grad(false);
    }
    copy->eval();
    return copy;
}

/// Integrated gradients of a network in float64.
class IntegratedGradients {
public:
    IntegratedGradients(const models::TableNetworkImpl& network, const std::vector<double>& baseline)
        : network_(in_double(network)), baseline_(torch::tensor(baseline, torch::kFloat64)) {
        const torch::NoGradGuard no_grad;
        base_ = network_->forward(baseline_.unsqueeze(0)).squeeze(0);
    }

    /// Of one scaled row [columns] in float64: [outputs, columns + 1], the base last.
    [[nodiscard]] torch::Tensor of(const torch::Tensor& row) const {
        const auto way = row - baseline_;
        torch::Tensor margin;
        {
            const torch::NoGradGuard no_grad;
            margin = network_->forward(row.unsqueeze(0)).squeeze(0);
        }
        torch::Tensor parts;
        for (int count = 1; count <= most_parts; count *= 2) {
            parts = integrated(way, quadrature_of(count));
            const auto sums = parts.sum(1) + base_;
            const auto sizes = torch::clamp_min(parts.abs().sum(1), 1);
            if (((sums - margin).abs() <= 1e-8 * sizes).all().item<bool>()) break;
        }
        return torch::cat({parts, base_.unsqueeze(1)}, 1);
    }

private:
    static constexpr int most_parts = 16;

    [[nodiscard]] torch::Tensor integrated(const torch::Tensor& way, const Quadrature& quadrature) const {
        const auto points = torch::tensor(quadrature.points, torch::kFloat64).unsqueeze(1);
        const auto weights = torch::tensor(quadrature.weights, torch::kFloat64).unsqueeze(1);
        const auto inputs = (baseline_ + points * way).requires_grad_();
        const auto outputs = (network_->forward(inputs) * weights).sum(0);
        std::vector<torch::Tensor> parts;
        for (std::int64_t output = 0; output < outputs.size(0); ++output) {
            const auto gradient = torch::autograd::grad({outputs[output]}, {inputs}, {}, /*retain_graph=*/true).front();
            parts.push_back(gradient.sum(0) * way);
        }
        return torch::stack(parts);
    }

    std::shared_ptr<models::TableNetworkImpl> network_;
    torch::Tensor baseline_;  // [columns]
    torch::Tensor base_;      // [outputs]
};

/// Shares out what lacks to `margin`, by the contributions' sizes. parts: the contributions and the base.
void make_exact(std::span<double> parts, double margin) {
    double sum = 0, size = 0;
    for (const double part : parts) sum += part;
    for (std::size_t j = 0; j + 1 < parts.size(); ++j) size += std::abs(parts[j]);
    const double rest = margin - sum;
    if (std::abs(rest) > 1e-3 * std::max(1.0, size)) throw InternalError("integrated gradients do not add up");
    if (size == 0) {
        parts.back() += rest;
        return;
    }
    for (std::size_t j = 0; j + 1 < parts.size(); ++j) parts[j] += rest * std::abs(parts[j]) / size;
}

}  // namespace

NetworkScaling NetworkScaling::of(const TrainingRows& rows) {
    const auto& features = rows.features;
    const auto count = static_cast<double>(features.rows);
    NetworkScaling scaling{
        std::vector<double>(features.columns, 0), std::vector<double>(features.columns, 1), {}, 0, 1};
    for (std::size_t j = 0; j < features.columns; ++j) {
        if (rows.is_number[j] == 0) continue;
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < features.rows; ++i) sum += features.at(i, j);
        scaling.centres[j] = sum / count;
        for (std::size_t i = 0; i < features.rows; ++i) {
            const double distance = features.at(i, j) - scaling.centres[j];
            squares += distance * distance;
        }
        if (squares > 0) scaling.scales[j] = std::sqrt(squares / count);
    }
    std::vector<double> sums(features.columns);
    const auto scaled = scaling.scaled(features);
    for (std::size_t i = 0; i < scaled.size(); ++i) sums[i % features.columns] += scaled[i];
    for (const double sum : sums) scaling.baseline.push_back(sum / count);
    if (rows.objective != Objective::regression) return scaling;
    double squares = 0;
    for (const double target : rows.targets) scaling.target_centre += target / count;
    for (const double target : rows.targets) {
        squares += (target - scaling.target_centre) * (target - scaling.target_centre) / count;
    }
    if (squares > 0) scaling.target_scale = std::sqrt(squares);
    return scaling;
}

std::vector<float> NetworkScaling::scaled(MatrixView features) const {
    trees::require_columns(features, centres.size());
    std::vector<float> values;
    values.reserve(features.values.size());
    for (std::size_t i = 0; i < features.rows; ++i) {
        for (std::size_t j = 0; j < features.columns; ++j) {
            values.push_back(static_cast<float>(std::clamp((features.at(i, j) - centres[j]) / scales[j], -most, most)));
        }
    }
    return values;
}

NetworkModel::NetworkModel(std::shared_ptr<models::TableNetworkImpl> network, NetworkScaling scaling,
                           Objective objective)
    : network_(std::move(network)), scaling_(std::move(scaling)), objective_(objective) {
    network_->eval();
    network_->compute_with(engine::make_pool(1));
}

std::vector<double> NetworkModel::margins(const std::vector<float>& scaled) const {
    const std::lock_guard lock(mutex_);
    const learning::ComputeScope one(1, learning::Denormals::kept);
    const torch::NoGradGuard no_grad;
    const auto width = static_cast<std::int64_t>(columns());
    const auto all =
        torch::from_blob(const_cast<float*>(scaled.data()), {static_cast<std::int64_t>(scaled.size()) / width, width});
    std::vector<double> margins;
    for (std::int64_t begin = 0; begin < all.size(0); begin += chunk_rows) {
        const auto chunk = all.narrow(0, begin, std::min(chunk_rows, all.size(0) - begin));
        const auto outputs = network_->forward(chunk).to(torch::kFloat64).contiguous();
        margins.insert(margins.end(), outputs.const_data_ptr<double>(),
                       outputs.const_data_ptr<double>() + outputs.numel());
    }
    return margins;
}

std::vector<double> NetworkModel::predict(MatrixView features) const {
    auto answers = margins(scaling_.scaled(features));
    for (std::size_t i = 0; i < answers.size(); i += outputs()) {
        if (objective_ == Objective::binary) {
            answers[i] = sigmoid(answers[i]);
        } else if (objective_ == Objective::multiclass) {
            softmax(std::span(answers).subspan(i, outputs()));
        } else {
            answers[i] = scaling_.target_centre + scaling_.target_scale * answers[i];
        }
    }
    return answers;
}

std::optional<Contributions> NetworkModel::contributions(MatrixView features) const {
    const auto scaled = scaling_.scaled(features);
    const auto margins_of_rows = margins(scaled);
    const learning::ComputeScope one(1, learning::Denormals::kept);
    const IntegratedGradients gradients(*network_, scaling_.baseline);
    Contributions result{features.rows, outputs(), columns(), {}};
    for (std::size_t i = 0; i < features.rows; ++i) {
        const std::vector<double> row(scaled.begin() + static_cast<std::ptrdiff_t>(i * columns()),
                                      scaled.begin() + static_cast<std::ptrdiff_t>((i + 1) * columns()));
        const auto parts = gradients.of(torch::tensor(row, torch::kFloat64)).contiguous();
        const auto* values = parts.const_data_ptr<double>();
        result.values.insert(result.values.end(), values, values + parts.numel());
    }
    const bool is_number = objective_ == Objective::regression;
    for (std::size_t i = 0; i < features.rows * outputs(); ++i) {
        const auto parts = std::span(result.values).subspan(i * (columns() + 1), columns() + 1);
        make_exact(parts, margins_of_rows[i]);
        if (!is_number) continue;
        for (auto& part : parts) part *= scaling_.target_scale;
        parts.back() += scaling_.target_centre;
    }
    return result;
}

std::string NetworkModel::margin_unit() const { return objective_ == Objective::regression ? "value" : "log-odds"; }

}  // namespace cellwise::customers
