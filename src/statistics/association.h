#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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

struct LabelledValue {
    double value = 0;
    bool is_positive = false;
};
/// The area under the ROC curve of values as scores, ties counting half, with DeLong's interval (Biometrics 44, 1988)
/// cut to [0, 1]. `sorted` ascends by value. Nothing if a class is missing.
[[nodiscard]] std::optional<Association> area_of_sorted(std::span<const LabelledValue> sorted,
                                                        double confidence = 0.95);

/// Pearson's r of the pairs in which neither value is NaN, with Fisher's interval tanh(atanh r ± z/√(n − 3)). Nothing
/// for fewer than three pairs or if a side does not vary. Throws InternalError for unequal lengths.
[[nodiscard]] std::optional<Association> pearson(std::span<const double> x, std::span<const double> y,
                                                 double confidence = 0.95);

/// Pearson's r of pairs that come in parts: what pearson() gives for all of them at once, to the bit. All parts go
/// through add_to_means(), then all of them again through add_to_products(); each but the last holds a number of pairs
/// that four divides, and both of its sides are of one length.
class PairedSums {
public:
    void add_to_means(std::span<const double> x, std::span<const double> y);
    void add_to_products(std::span<const double> x, std::span<const double> y);
    [[nodiscard]] std::optional<Association> pearson(double confidence = 0.95) const;

private:
    struct Three {
        double first = 0, second = 0, third = 0;
    };
    /// Four sums side by side, which do not wait for each other, are added up in the end.
    using Lanes = std::array<Three, 4>;
    template <class Of>
    static void add_known(std::span<const double> x, std::span<const double> y, Of of, Lanes& sums);
    static Three total(const Lanes& sums);

    Lanes means_;     ///< the count, Σx, Σy
    Lanes products_;  ///< Σdx², Σdy², Σdx·dy
};

/// Two shares beside each other: the two-sided p-value of Fisher's exact test of a table of 2 × 2, the sum of all
/// tables with the same margins that are no more likely than this one.
[[nodiscard]] double fisher_exact_p(std::size_t a, std::size_t b, std::size_t c, std::size_t d);

}  // namespace cellwise::statistics
