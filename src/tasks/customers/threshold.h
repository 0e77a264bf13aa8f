#pragma once

#include <span>
#include <string>

namespace cellwise::customers {

/// Above which probability of the positive label a customer is said to have it: a fixed one, or the one that is best by
/// some measure on rows of the training part.
struct ThresholdRule {
    enum class Kind { fixed, accuracy, f1, cost };
    Kind kind = Kind::fixed;
    double value = 0.5;                             ///< of a fixed one
    double false_positive = 1, false_negative = 1;  ///< what the errors cost

    /// "0.4", "accuracy", "f1", "cost=1:5" (a false positive costs 1, a false negative 5). Throws UsageError.
    [[nodiscard]] static ThresholdRule parse(const std::string& text);
    [[nodiscard]] std::string text() const;
};

/// The threshold that makes the measure best on these rows, in the middle between two probabilities; the one nearest to
/// 0.5 of equals. probabilities, targets (0 or 1): [rows]; a fixed rule gives its value.
[[nodiscard]] double best_threshold(const ThresholdRule& rule, std::span<const double> probabilities,
                                    std::span<const double> targets);

}  // namespace cellwise::customers
