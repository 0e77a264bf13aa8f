#pragma once

#include <cstddef>
#include <span>

#include "statistics/summary.h"

namespace cellwise::statistics {

/// What is said about a figure, or a difference of two, over the folds of repeated cross-validation.
struct ResampledSummary {
    std::size_t count = 0;  ///< folds × repeats
    double mean = 0;
    double standard_deviation = 0;  ///< the sample's (n − 1); 0 for a single fold
    double standard_error = 0;      ///< corrected: √((1/J + test/train)·s²)
    Interval interval;              ///< of the mean, by Student's t with J − 1 degrees of freedom
    double p_value = 1;             ///< two-sided, of a true mean of 0; 1 where all values are 0
};

/// The corrected resampled t (Nadeau and Bengio, Machine Learning 52, 2003): folds share most of their training rows,
/// so that the variance of their mean is larger than s²/J. test_over_train: rows tested by rows trained on, of one
/// fold. Throws InternalError for fewer than two values or a ratio that is not positive.
[[nodiscard]] ResampledSummary resampled_summary(std::span<const double> values, double test_over_train,
                                                 double confidence = 0.95);

}  // namespace cellwise::statistics
