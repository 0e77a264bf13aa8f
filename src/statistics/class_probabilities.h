#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace cellwise::statistics {

/// What a classifier of two or more classes said, beside the truth.
struct ClassScores {
    std::span<const double> probabilities;  ///< [rows, classes], each row adding up to 1
    std::span<const std::int32_t> labels;   ///< [rows], 0 … classes − 1
    std::size_t classes = 2;
};

// All throw InternalError for lengths that do not fit, no rows or a label that is none.

/// The class with the largest probability of a row; the first of equals.
[[nodiscard]] std::int32_t most_probable(std::span<const double> probabilities);

/// The mean over the classes that occur of the share of their rows that were found.
/// predicted, labels: [rows], 0 … classes − 1.
[[nodiscard]] double balanced_accuracy(std::span<const std::int32_t> predicted, std::span<const std::int32_t> labels,
                                       std::size_t classes);

/// The mean of −ln(the probability of the true class), no probability below 2⁻⁵², as scikit-learn clips.
[[nodiscard]] double log_loss(const ClassScores& scores);

/// Brier's original score, the mean of Σ over classes of (probability − 1 of the true class)²; for two classes half of
/// it, which is the mean of (probability − label)².
[[nodiscard]] double brier_score(const ClassScores& scores);

/// The mean over all classes of the area under the ROC curve of each against the rest; nothing if a class is missing.
[[nodiscard]] std::optional<double> mean_roc_area(const ClassScores& scores);
/// The same of the average precision.
[[nodiscard]] std::optional<double> mean_average_precision(const ClassScores& scores);

}  // namespace cellwise::statistics
