#include "verbs/probability_contributions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace cellwise::verbs {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

std::vector<double> softmax(std::vector<double> margins) {
    const double most = *std::ranges::max_element(margins);
    double sum = 0;
    for (auto& margin : margins) sum += margin = std::exp(margin - most);
    for (auto& margin : margins) margin /= sum;
    return margins;
}

PredictionParts as_they_are(std::span<const double> values) {
    return {values.back(), {values.begin(), values.end() - 1}};
}

PredictionParts of_two_classes(std::span<const double> values) {
    auto result = as_they_are(values);
    const double base = result.base;
    const double rise = std::accumulate(result.parts.begin(), result.parts.end(), 0.0);
    result.base = sigmoid(base);
    const double slope =
        std::abs(rise) < 1e-9 ? result.base * (1 - result.base) : (sigmoid(base + rise) - result.base) / rise;
    for (auto& part : result.parts) part *= slope;
    return result;
}

/// Four points of Gauss and Legendre on each of 64 pieces of [0, 1]: exact to rounding for what softmax is there.
template <class Use>
void integrate(Use&& use) {
    constexpr std::array points{0.0694318442029737, 0.3300094782075719, 0.6699905217924281, 0.9305681557970263};
    constexpr std::array weights{0.1739274225687269, 0.3260725774312731, 0.3260725774312731, 0.1739274225687269};
    constexpr int pieces = 64;
    for (int piece = 0; piece < pieces; ++piece) {
        for (std::size_t i = 0; i < points.size(); ++i) use((piece + points[i]) / pieces, weights[i] / pieces);
    }
}

PredictionParts of_many_classes(const customers::Contributions& all, std::size_t row, std::size_t output) {
    std::vector<double> base, rise;
    for (std::size_t c = 0; c < all.outputs; ++c) {
        const auto values = all.of(row, c);
        base.push_back(values.back());
        rise.push_back(std::accumulate(values.begin(), values.end() - 1, 0.0));
    }
    // The mean of ∂p/∂m_c on the way.
    std::vector<double> slopes(all.outputs, 0.0);
    integrate([&](double t, double weight) {
        auto margins = base;
        for (std::size_t c = 0; c < margins.size(); ++c) margins[c] += t * rise[c];
        const auto p = softmax(std::move(margins));
        for (std::size_t c = 0; c < slopes.size(); ++c) {
            slopes[c] += weight * p[output] * ((c == output ? 1.0 : 0.0) - p[c]);
        }
    });
    PredictionParts result{softmax(base)[output], std::vector<double>(all.columns, 0.0)};
    for (std::size_t c = 0; c < all.outputs; ++c) {
        const auto values = all.of(row, c);
        for (std::size_t j = 0; j < all.columns; ++j) result.parts[j] += slopes[c] * values[j];
    }
    return result;
}

}  // namespace

PredictionParts prediction_parts(const customers::Contributions& contributions, std::size_t row, std::size_t output,
                                 const std::string& unit) {
    if (unit != "log-odds") return as_they_are(contributions.of(row, output));
    if (contributions.outputs == 1) return of_two_classes(contributions.of(row));
    return of_many_classes(contributions, row, output);
}

}  // namespace cellwise::verbs
