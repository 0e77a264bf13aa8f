#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace cellwise::statistics {

struct Interval {
    double low = 0;
    double high = 0;
    [[nodiscard]] bool contains(double value) const { return low <= value && value <= high; }
};

/// What is said about a few runs of the same thing.
struct Summary {
    std::size_t count = 0;
    double mean = 0;
    std::optional<double> standard_deviation;  ///< the sample's (n − 1); absent for a single value
    std::optional<Interval> interval;          ///< of the mean, mean ± t(n − 1)·s/√n; absent for a single value
    double confidence = 0.95;                  ///< of the interval
};

/// The arithmetic mean. Throws InternalError for no values.
[[nodiscard]] double mean(std::span<const double> values);
/// s = √(Σ(x − mean)²/(n − 1)); nothing for fewer than two values.
[[nodiscard]] std::optional<double> standard_deviation(std::span<const double> values);
/// Throws InternalError for no values or a confidence outside (0, 1).
[[nodiscard]] Summary summarise(std::span<const double> values, double confidence = 0.95);

}  // namespace cellwise::statistics
