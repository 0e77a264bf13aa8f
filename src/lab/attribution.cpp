#include "lab/attribution.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <utility>

#include "core/error.h"
#include "data/reviews/dataset.h"
#include "data/reviews/vocabulary.h"
#include "lab/torch_tensors.h"
#include "learning/device.h"
#include "learning/inference.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t most_steps = 10000;
// Vectors of so many positions are differentiated at once: enough for full speed, little memory.
constexpr std::int64_t positions_at_once = 16384;

void require_text(std::span<const std::int32_t> row, std::size_t text) {
    if (text > row.size()) throw InternalError(fmt::format("a text of {} ids in a row of {}", text, row.size()));
}

std::vector<double> doubles_of(const torch::Tensor& values) {
    return values_of<double>(values.detach().to(torch::kCPU, torch::kFloat64));
}

}  // namespace

double Attribution::sum() const { return std::accumulate(contributions.begin(), contributions.end(), 0.0); }

double Attribution::completeness_error() const { return sum() - (log_odds - baseline_log_odds); }

Attribution occlusion(models::Classifier& model, std::span<const std::int32_t> row, std::size_t text,
                      const torch::Device& device) {
    require_text(row, text);
    const std::size_t front = row.size() - text;
    data::PaddedReviews rows;  // the text, and it with one word after the other hidden
    rows.length = row.size();
    rows.ids.assign(row.begin(), row.end());
    for (std::size_t i = 0; i < text; ++i) {
        rows.ids.insert(rows.ids.end(), row.begin(), row.end());
        rows.ids[(i + 1) * row.size() + front + i] = data::unknown_id;
    }
    rows.labels.assign(text + 1, 0);
    const auto logits = doubles_of(*learning::logits_of(model, rows, device));

    Attribution result;
    result.log_odds = logits[0];
    for (std::size_t i = 0; i < text; ++i) {
        // A word that is unknown already hides nothing; rounding in another row of a batch must not show.
        const bool is_hidden = row[front + i] == data::unknown_id;
        result.contributions.push_back(is_hidden ? 0 : logits[0] - logits[i + 1]);
    }
    return result;
}

Attribution integrated_gradients(models::Classifier& model, std::span<const std::int32_t> row, std::size_t text,
                                 std::int64_t steps, const torch::Device& device) {
    require_text(row, text);
    if (steps < 1 || steps > most_steps) {
        throw UsageError(fmt::format("--steps is {}: it must be between 1 and {}", steps, most_steps));
    }
    model->eval();
    std::optional<learning::ComputeScope> one_torch_thread;
    if (model->pool()) one_torch_thread.emplace(1, learning::Denormals::kept);
    std::vector<std::int32_t> empty(row.begin(), row.end());
    std::fill(empty.end() - static_cast<std::ptrdiff_t>(text), empty.end(), data::padding_id);

    const auto length = static_cast<std::int64_t>(row.size());
    const auto vectors_of = [&](std::span<const std::int32_t> ids) {  // [1, length, embedding]
        const auto tensor = torch::tensor(std::vector<std::int32_t>(ids.begin(), ids.end()), torch::kInt32);
        return torch::embedding(model->embedding->weight.detach(), tensor.view({1, length}).to(device));
    };
    const auto start = vectors_of(empty);
    const auto way = vectors_of(row) - start;
    const auto quadrature = gauss_legendre(static_cast<std::size_t>(steps));
    const auto kind = way.options();
    const auto points = torch::tensor(quadrature.points, torch::kFloat64).to(kind).view({-1, 1, 1});
    const auto weights = torch::tensor(quadrature.weights, torch::kFloat64).to(kind).view({-1, 1, 1});

    auto mean = torch::zeros_like(way, kind.dtype(torch::kFloat64));
    const auto at_once = std::max<std::int64_t>(1, positions_at_once / std::max<std::int64_t>(1, length));
    for (std::int64_t first = 0; first < steps; first += at_once) {
        const auto count = std::min(at_once, steps - first);
        const torch::AutoGradMode with_gradients(true);
        const auto vectors = (start + points.narrow(0, first, count) * way).contiguous().requires_grad_(true);
        const auto logits = model->forward_embedded(vectors);
        // The rows are independent: the sum's gradient holds each row's own.
        const auto gradient = torch::autograd::grad({logits.sum()}, {vectors})[0];
        mean += (gradient * weights.narrow(0, first, count)).to(torch::kFloat64).sum(0, true);
    }
    const auto contributions = (mean * way.to(torch::kFloat64)).sum(2).view({length});

    Attribution result;
    result.contributions =
        doubles_of(contributions.narrow(0, length - static_cast<std::int64_t>(text), static_cast<std::int64_t>(text)));
    const torch::NoGradGuard no_grad;
    const auto ends = doubles_of(model->forward_embedded(torch::cat({start + way, start})));
    result.log_odds = ends[0];
    result.baseline_log_odds = ends[1];
    return result;
}

Quadrature gauss_legendre(std::size_t count) {
    // The points on [−1, 1] are the roots of the Legendre polynomial P_n, found by Newton's method.
    Quadrature result;
    const auto n = static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i) {
        double x = -std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5));
        double slope = 0;
        for (int round = 0; round < 100; ++round) {
            double last = 1, value = x;  // P_0, P_1
            for (std::size_t k = 2; k <= count; ++k) {
                const auto degree = static_cast<double>(k);
                last = std::exchange(value, ((2 * degree - 1) * x * value - (degree - 1) * last) / degree);
            }
            slope = n * (x * value - last) / (x * x - 1);
            const double step = value / slope;
            x -= step;
            if (std::abs(step) < 1e-15) break;
        }
        result.points.push_back((1 + x) / 2);
        result.weights.push_back(1 / ((1 - x * x) * slope * slope));
    }
    return result;
}

}  // namespace cellwise::lab
