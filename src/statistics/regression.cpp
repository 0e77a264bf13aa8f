#include "statistics/regression.h"

#include <cmath>

#include "core/error.h"
#include "statistics/summary.h"

namespace cellwise::statistics {
namespace {

double squared_errors(std::span<const double> truth, std::span<const double> predicted) {
    if (truth.empty() || truth.size() != predicted.size()) {
        throw InternalError("there must be one predicted number for each true one");
    }
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) sum += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
    return sum;
}

}  // namespace

std::optional<double> r_squared(std::span<const double> truth, std::span<const double> predicted) {
    const double errors = squared_errors(truth, predicted);
    const double centre = mean(truth);
    double spread = 0;
    for (const double value : truth) spread += (value - centre) * (value - centre);
    if (spread == 0) return std::nullopt;
    return 1 - errors / spread;
}

double root_mean_squared_error(std::span<const double> truth, std::span<const double> predicted) {
    return std::sqrt(squared_errors(truth, predicted) / static_cast<double>(truth.size()));
}

double mean_absolute_error(std::span<const double> truth, std::span<const double> predicted) {
    (void)squared_errors(truth, predicted);  // complains of what does not fit together
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) sum += std::abs(truth[i] - predicted[i]);
    return sum / static_cast<double>(truth.size());
}

}  // namespace cellwise::statistics
