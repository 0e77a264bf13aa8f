#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "statistics/summary.h"

namespace cellwise::statistics {

/// A measure of association with its confidence interval.
struct Association {
    double value = 0;
    std::optional<Interval> interval;  ///< absent where there is too little to tell
    std::size_t count = 0;             ///< pairs
};

/// The area under the ROC curve of scores, ties counting half, with DeLong's interval (Biometrics 44, 1988) cut to
/// [0, 1]. The scores come upwards, each distinct one once.
class RankedScores {
public:
    /// `positives`, `negatives`: how many there are in all.
    RankedScores(std::size_t positives, std::size_t negatives);
    /// The next larger score: how many of each class have it.
    void add(std::size_t positives, std::size_t negatives);
    /// Once all scores are added. Nothing if a class is missing.
    [[nodiscard]] std::optional<Association> area(double confidence = 0.95) const;

private:
    /// Sums of one class's placements: for each of its values, the share of the other class below it (of a negative:
    /// above it), ties half.
    struct Placements {
        double count = 0, sum = 0, squares = 0;
        void add(double placement, double times);
        [[nodiscard]] double variance() const;
    };
    double all_positive_, all_negative_;
    Placements positive_, negative_;
};

struct LabelledValue {
    double value = 0;
    bool is_positive = false;
};
/// RankedScores of values as scores. `sorted` ascends by value. Nothing if a class is missing.
[[nodiscard]] std::optional<Association> area_of_sorted(std::span<const LabelledValue> sorted,
                                                        double confidence = 0.95);

/// Pearson's r of the pairs in which neither value is NaN, with Fisher's interval tanh(atanh r ± z/√(n − 3)). Nothing
/// for fewer than three pairs or if a side does not vary. Throws InternalError for unequal lengths.
[[nodiscard]] std::optional<Association> pearson(std::span<const double> x, std::span<const double> y,
                                                 double confidence = 0.95);

/// Two shares beside each other: the two-sided p-value of Fisher's exact test of a table of 2 × 2, the sum of all
/// tables with the same margins that are no more likely than this one.
[[nodiscard]] double fisher_exact_p(std::size_t a, std::size_t b, std::size_t c, std::size_t d);

}  // namespace cellwise::statistics
