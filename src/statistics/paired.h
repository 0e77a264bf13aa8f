#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "statistics/summary.h"

namespace cellwise::statistics {

/// How the p of a sign-flip permutation test came about.
struct SignFlipTest {
    double p_value = 1;     ///< two-sided
    double smallest_p = 1;  ///< the smallest value this test can give with so many pairs
    bool exact = true;      ///< all 2ⁿ sign patterns counted; else drawn at random
};

/// Up to this many pairs every sign pattern is counted.
inline constexpr std::size_t most_exact_pairs = 20;
/// Patterns drawn beyond that, with a fixed seed.
inline constexpr std::uint64_t drawn_sign_patterns = 100'000;

/// The sign-flip permutation test of "the differences are symmetric about 0": the share of sign patterns
/// whose |sum| is at least the observed one (Fisher's randomisation test, The Design of Experiments,
/// 1935, section 21). The smallest p of n pairs is 2/2ⁿ: 0.0625 for five. Beyond most_exact_pairs, by
/// (1 + hits)/(1 + draws) (Phipson and Smyth, 2010, doi:10.2202/1544-6115.1585). Throws InternalError
/// for no differences.
[[nodiscard]] SignFlipTest sign_flip_test(std::span<const double> differences);

/// The paired t-test of first − second and its permutation counterpart.
struct PairedComparison {
    Summary difference;             ///< of first − second
    std::optional<double> t;        ///< mean/(s/√n); infinite where all differences are equal, not 0
    std::optional<double> p_value;  ///< two-sided, n − 1 degrees of freedom; absent for a single pair
    SignFlipTest sign_flip;
};

/// Throws InternalError unless both have the same number of values, at least one, all finite.
[[nodiscard]] PairedComparison compare_pairs(std::span<const double> first, std::span<const double> second,
                                             double confidence = 0.95);

/// Holm's step-down correction of several p-values (Scandinavian Journal of Statistics 6, 1979), in the
/// order given.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

/// The number of pairs with which a two-sided paired t-test at level `alpha` finds a true difference of
/// `mean_difference`, with differences of that standard deviation, with probability `power` (noncentral
/// t distribution). Nothing if the difference is 0 or more than a million pairs would be needed.
[[nodiscard]] std::optional<std::size_t> pairs_needed(double mean_difference, double standard_deviation,
                                                      double alpha = 0.05, double power = 0.8);

}  // namespace cellwise::statistics
