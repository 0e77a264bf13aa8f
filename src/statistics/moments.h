#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "statistics/counted_values.h"

namespace cellwise::statistics {

/// The first four moments of a sample, as pandas gives them.
struct Moments {
    std::size_t count = 0;
    double mean = 0;
    std::optional<double> standard_deviation;  ///< the sample's (n − 1); absent below two values
    double population_deviation = 0;           ///< by n
    /// n√(n − 1)/(n − 2)·Σd³/(Σd²)^1.5 with d = x − mean (Joanes and Gill 1998, G1); 0 without variation, absent below
    /// three values.
    std::optional<double> skewness;
    /// n(n + 1)(n − 1)/((n − 2)(n − 3))·Σd⁴/(Σd²)² − 3(n − 1)²/((n − 2)(n − 3)) (their G2, excess over the normal's); 0
    /// without variation, absent below four values.
    std::optional<double> kurtosis;
};
/// Throws InternalError for no values.
[[nodiscard]] Moments moments(const CountedValues& sample);

/// Equal bins from the least to the largest value, as numpy's histogram: each holds its lower edge, the last both.
struct Histogram {
    std::vector<double> edges;  ///< bins + 1, ascending
    std::vector<std::size_t> counts;
};
/// Of finite values, one or more; values that are all equal lie in bins of a width of 1 in all.
[[nodiscard]] Histogram histogram(const CountedValues& sample, std::size_t bins);

/// A Gaussian kernel density by Scott's rule (Multivariate Density Estimation, 1992), as scipy's gaussian_kde:
/// f(x) = 1/(n·h)·Σ φ((x − xᵢ)/h), h = s·n^(−1/5), s by n − 1.
struct Density {
    double bandwidth = 0;
    std::vector<double> x, y;
};
/// At `points` (two or more) places from the least to the largest value. Values more than 8 bandwidths away are left
/// out: they add less than 2e-14 of a kernel's height each. Nothing without variation.
[[nodiscard]] std::optional<Density> density(const CountedValues& sample, std::size_t points);

}  // namespace cellwise::statistics
