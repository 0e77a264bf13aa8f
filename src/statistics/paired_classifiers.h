#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "statistics/classification.h"
#include "statistics/summary.h"

namespace cellwise::statistics {

/// The areas under two classifiers' ROC curves on the same rows, and their difference.
struct AreaDifference {
    double first = 0, second = 0;
    double difference = 0;      ///< first − second
    double standard_error = 0;  ///< with the covariance of the two areas
    std::optional<double> z;    ///< absent where the standard error is 0
    double p_value = 1;         ///< two-sided; 1 where the standard error is 0
    Interval interval;          ///< of the difference
};

/// DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988). Nothing with fewer than two rows of a class. Throws
/// InternalError unless both have one probability for each label.
[[nodiscard]] std::optional<AreaDifference> compare_areas(std::span<const double> first, std::span<const double> second,
                                                          std::span<const std::uint8_t> labels,
                                                          double confidence = 0.95);

/// Two classifiers' right and wrong answers on the same rows.
struct McNemarTest {
    std::size_t only_first = 0;   ///< rows that the first alone had right
    std::size_t only_second = 0;  ///< rows that the second alone had right
    double difference = 0;        ///< of the accuracies, first − second
    double p_value = 1;           ///< two-sided, exact: only_first is binomial with 1/2 if both are equally good
    Interval interval;            ///< of the difference (Newcombe's method 10, Statistics in Medicine 17, 1998)
};

/// McNemar (Psychometrika 12, 1947), the exact form. right: 1 where the classifier had the row right. Throws
/// InternalError for unequal lengths or no rows.
[[nodiscard]] McNemarTest mcnemar_test(std::span<const std::uint8_t> first_right,
                                       std::span<const std::uint8_t> second_right, double confidence = 0.95);

}  // namespace cellwise::statistics
