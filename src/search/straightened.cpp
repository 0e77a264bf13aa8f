#include "search/straightened.h"

#include <cmath>
#include <limits>

namespace cellwise::search {
namespace {

struct Moments {
    double mean = 0, variance = 0;
};

Moments moments(std::span<const double> values) {
    Moments result;
    const auto count = static_cast<double>(values.size());
    for (const double value : values) result.mean += value / count;
    for (const double value : values) result.variance += (value - result.mean) * (value - result.mean) / count;
    return result;
}

void standardise(std::vector<double>& values) {
    const auto [mean, variance] = moments(values);
    const double scale = variance > 0 ? 1 / std::sqrt(variance) : 0;
    for (double& value : values) value = (value - mean) * scale;
}

/// The normal log likelihood of the transformed values, up to a constant, with the transformation's Jacobian.
double likelihood(std::span<const double> values, double lambda) {
    std::vector<double> transformed;
    double jacobian = 0;
    for (const double value : values) {
        transformed.push_back(yeo_johnson(value, lambda));
        jacobian += std::copysign(std::log1p(std::abs(value)), value);
    }
    return -0.5 * static_cast<double>(values.size()) * std::log(moments(transformed).variance) +
           (lambda - 1) * jacobian;
}

}  // namespace

double yeo_johnson(double value, double lambda) {
    if (value >= 0) {
        return lambda == 0 ? std::log1p(value) : (std::pow(value + 1, lambda) - 1) / lambda;
    }
    return lambda == 2 ? -std::log1p(-value) : -(std::pow(1 - value, 2 - lambda) - 1) / (2 - lambda);
}

std::vector<double> straightened(std::span<const double> values) {
    std::vector<double> result(values.begin(), values.end());
    standardise(result);
    if (moments(result).variance == 0) return result;
    double best_lambda = 1, best = -std::numeric_limits<double>::infinity();
    for (int quarter = -4; quarter <= 16; ++quarter) {
        const double lambda = 0.25 * quarter;
        const double found = likelihood(result, lambda);
        if (found > best) {
            best = found;
            best_lambda = lambda;
        }
    }
    for (double& value : result) value = yeo_johnson(value, best_lambda);
    standardise(result);
    return result;
}

}  // namespace cellwise::search
