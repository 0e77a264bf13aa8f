#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "statistics/summary.h"

namespace cellwise::statistics {

/// How many standard errors a two-sided interval of this confidence reaches to each side: 1.96 for 0.95. Throws
/// InternalError unless the confidence lies between 0 and 1.
[[nodiscard]] double two_sided_z(double confidence);

/// What a classifier of two classes said, beside the truth.
struct Scores {
    std::span<const double> probabilities;  ///< of the positive class, in [0, 1]
    std::span<const std::uint8_t> labels;   ///< 1 positive, 0 negative; as many

    [[nodiscard]] std::size_t size() const { return labels.size(); }
};

// All of these throw InternalError if the lengths differ or a probability is not in [0, 1].

/// Right and wrong answers when a probability above the threshold means positive. Shares whose
/// denominator is 0 are absent.
struct Confusion {
    std::size_t true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;

    [[nodiscard]] std::size_t total() const {
        return true_positives + false_positives + true_negatives + false_negatives;
    }
    [[nodiscard]] std::size_t right() const { return true_positives + true_negatives; }
    [[nodiscard]] std::optional<double> accuracy() const;
    [[nodiscard]] std::optional<double> precision() const;    ///< of those called positive, the share that is
    [[nodiscard]] std::optional<double> recall() const;       ///< of the positive ones, the share found
    [[nodiscard]] std::optional<double> specificity() const;  ///< of the negative ones, the share found
    [[nodiscard]] std::optional<double> f1() const;           ///< 2TP/(2TP + FP + FN)
};
[[nodiscard]] Confusion confusion(const Scores& scores, double threshold = 0.5);

/// One threshold of a curve: what is at or above it is called positive.
struct RocPoint {
    double threshold = 0;
    double false_positive_rate = 0, true_positive_rate = 0;
};

/// The receiver operating characteristic: from (0, 0), threshold infinity, one point for each distinct
/// probability, downwards, to (1, 1). Equal probabilities are one step. Empty if a class is missing.
[[nodiscard]] std::vector<RocPoint> roc_curve(const Scores& scores);

/// The area under the ROC curve: the probability that a positive review gets the higher one of two
/// probabilities, ties counting half (Mann and Whitney's U/(mn)).
struct RocArea {
    double area = 0;
    /// DeLong's (Biometrics 44, 1988); absent with fewer than two reviews of a class.
    std::optional<double> standard_error;
    /// area ± z·standard_error, cut to [0, 1]; absent where the standard error is absent or 0 (perfect order).
    std::optional<Interval> interval;
};
/// Nothing if a class is missing.
[[nodiscard]] std::optional<RocArea> roc_area(const Scores& scores, double confidence = 0.95);

struct PrecisionRecallPoint {
    double threshold = 0;
    double precision = 1, recall = 0;
};

/// From (recall 0, precision 1), threshold infinity, one point for each distinct probability, downwards;
/// the last has recall 1. Empty if no review is positive.
[[nodiscard]] std::vector<PrecisionRecallPoint> precision_recall_curve(const Scores& scores);

/// Σ (R_k − R_{k−1})·P_k over the curve's points, without interpolation. Nothing if no review is positive.
[[nodiscard]] std::optional<double> average_precision(const Scores& scores);

/// The score interval of a share (Wilson, Journal of the American Statistical Association 22, 1927):
/// inside [0, 1], never empty. Throws InternalError for no trials or more successes than trials.
[[nodiscard]] Interval wilson_interval(std::size_t successes, std::size_t trials, double confidence = 0.95);

}  // namespace cellwise::statistics
