#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "records/test_predictions.h"
#include "statistics/calibration.h"
#include "statistics/summary.h"

namespace cellwise::records {

/// A curve's points; the standard deviation of y over several runs at each x, or empty.
struct Curve {
    std::vector<double> x, y, deviation;
};

/// What one model says of the test reviews.
struct RunPredictions {
    statistics::Confusion confusion;
    std::optional<statistics::RocArea> area;
    std::optional<double> average_precision;
    double calibration_error = 0, brier_score = 0;
    Curve roc;               ///< true positive rate over false positive rate, thinned
    Curve precision_recall;  ///< precision over recall, thinned, after (0, 1) from the first found
};

/// Accuracy on the reviews of about one length: of one run with Wilson's 95% interval, of several the mean
/// with its t interval.
struct LengthAccuracy {
    statistics::SizeGroup words;
    double accuracy = 0;
    statistics::Interval interval;
};

/// A review on whose wrong label the models are set.
struct ConfidentError {
    std::size_t review = 0;  ///< in the test split
    bool is_positive = false;
    double probability = 0;  ///< the mean over the runs
};

/// What several models, trained with different seeds, say of the same test reviews.
struct GroupPredictions {
    std::size_t reviews = 0, positives = 0;
    statistics::Summary true_positives, false_positives, true_negatives, false_negatives;
    /// Absent if they do not exist for each run, as the area without reviews of both classes.
    std::optional<statistics::Summary> area, average_precision, precision, recall, specificity, f1;
    std::optional<statistics::Interval> area_interval;  ///< of several runs the mean's, of one DeLong's; cut to [0, 1]
    statistics::Summary calibration_error, brier_score;
    std::optional<Curve> mean_roc, mean_precision_recall;  ///< of several runs
    std::vector<statistics::CalibrationBin> calibration;   ///< of all runs' predictions together
    std::vector<LengthAccuracy> lengths;
    std::vector<ConfidentError> errors;  ///< the worst first
};

/// Throws InternalError without reviews.
[[nodiscard]] RunPredictions evaluate(const TestPredictions& predictions);

/// `runs` and `figures` belong together; the runs must be of the same reviews, else InternalError.
[[nodiscard]] GroupPredictions evaluate_group(std::span<const TestPredictions* const> runs,
                                              std::span<const RunPredictions* const> figures);

/// The points of a curve that lie at least `step` apart (|Δx| + |Δy|), the first and the last always.
[[nodiscard]] Curve thinned(const Curve& curve, double step);

/// The curves' mean and standard deviation at each x of `grid`, each curve taken as straight between its
/// points; where it is vertical, its last y counts. Their x must ascend.
[[nodiscard]] Curve mean_curve(std::span<const Curve* const> curves, std::span<const double> grid);

}  // namespace cellwise::records
