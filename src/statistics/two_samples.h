#pragma once

#include <span>

#include "statistics/summary.h"

namespace cellwise::statistics {

/// Two independent samples whose variances may differ.
struct WelchTest {
    double difference = 0;      ///< mean(first) − mean(second)
    double standard_error = 0;  ///< √(s₁²/n₁ + s₂²/n₂)
    double degrees = 0;         ///< Welch and Satterthwaite's
    double t = 0;
    double p_value = 1;        ///< two-sided
    Interval interval;         ///< of the difference
    double confidence = 0.95;  ///< of the interval
};

/// Welch's t-test (Biometrika 34, 1947). With both variances 0 the t is infinite (p = 0), or 0 (p = 1) if
/// the means are equal too. Throws InternalError for fewer than two values in a sample.
[[nodiscard]] WelchTest welch_test(std::span<const double> first, std::span<const double> second,
                                   double confidence = 0.95);

/// Whether two means are the same up to a margin.
struct EquivalenceTest {
    double margin = 0;
    double t_lower = 0;  ///< of H0: difference <= −margin
    double t_upper = 0;  ///< of H0: difference >= +margin
    double p_value = 1;  ///< the larger of the two one-sided p: below alpha, both are rejected
    Interval interval;   ///< 1 − 2·alpha interval of the difference; inside ±margin exactly if equivalent
    bool equivalent = false;
};

/// Two one-sided t-tests with Welch's standard error and degrees of freedom (Schuirmann, Journal of
/// Pharmacokinetics and Biopharmaceutics 15, 1987). Throws InternalError for a margin that is not
/// positive or fewer than two values in a sample.
[[nodiscard]] EquivalenceTest equivalence_test(std::span<const double> first, std::span<const double> second,
                                               double margin, double alpha = 0.05);

}  // namespace cellwise::statistics
