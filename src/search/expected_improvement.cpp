#include "search/expected_improvement.h"

#include <cassert>
#include <cmath>
#include <numbers>

namespace cellwise::search {
namespace {

/// Below it h(z) is a small difference of two nearly equal terms: its series takes over.
constexpr double far = -25;

double density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }
double below(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double improvement(double z) { return density(z) + z * below(z); }

struct LogImprovement {
    double value, slope;  ///< log h and h′/h = Φ/h
};

LogImprovement log_improvement(double z) {
    if (z > far) {
        const double h = improvement(z);
        return {std::log(h), below(z) / h};
    }
    // h = φ/z²·(1 − 3/z² + 15/z⁴ − …), Φ = φ/|z|·(1 − 1/z² + 3/z⁴ − …)
    const double square = 1 / (z * z);
    const double tail = 1 - 3 * square + 15 * square * square;
    const double value = -0.5 * z * z - 0.5 * std::log(2 * std::numbers::pi) + std::log(square * tail);
    return {value, -z * (1 - square + 3 * square * square) / tail};
}

}  // namespace

double expected_improvement(double mean, double deviation, double best) {
    assert(deviation > 0);
    return deviation * improvement((mean - best) / deviation);
}

LogExpectedImprovement log_expected_improvement(double mean, double deviation, double best) {
    assert(deviation > 0);
    const double z = (mean - best) / deviation;
    const auto [value, slope] = log_improvement(z);
    return {std::log(deviation) + value, slope / deviation, (1 - slope * z) / deviation};
}

}  // namespace cellwise::search
