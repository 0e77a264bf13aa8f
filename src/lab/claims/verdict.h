#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "statistics/summary.h"

namespace cellwise::lab {

enum class Verdict { supported, contradicted, undecided };

/// supported, contradicted, undecided.
[[nodiscard]] std::string_view verdict_name(Verdict verdict);

/// The values of the measured quantity with which a claim is true, settled before anything is measured:
/// an open side (above, below), or a closed range around what counts as equal (within, exactly).
struct Rule {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool closed = false;  ///< low and high belong to the range

    [[nodiscard]] static Rule above(double bound) { return {bound, std::numeric_limits<double>::infinity(), false}; }
    [[nodiscard]] static Rule below(double bound) { return {-std::numeric_limits<double>::infinity(), bound, false}; }
    [[nodiscard]] static Rule within(double low, double high) { return {low, high, true}; }
    [[nodiscard]] static Rule exactly(double value) { return {value, value, true}; }

    /// "> 0", "between -0.02 and 0.02", "= 0".
    [[nodiscard]] std::string text() const;
};

/// What kind of number a claim measures, once for each seed.
enum class Scale {
    difference,  ///< averaged as it is
    ratio,       ///< positive; averaged by its logarithm, so the estimate is a geometric mean
    exact,       ///< no chance in it: the interval is the range over the runs, and the verdict always falls
};

/// A claim's verdict and the numbers behind it.
struct Judgement {
    Verdict verdict = Verdict::undecided;
    double estimate = 0;
    std::optional<statistics::Interval> interval;  ///< absent for a single run
    std::optional<std::size_t> runs_needed;        ///< undecided: in all, with which it would probably fall
    double confidence = 0.95;                      ///< of the interval; 1 for Scale::exact
};

/// The verdict from one value for each seed, by the paired t-interval of their mean (the values being
/// differences or ratios of runs that share a seed): supported if the interval lies wholly where the rule
/// holds, contradicted if it lies wholly where it does not, else undecided; a single run decides nothing.
/// `runs_needed` takes mean and spread as they are, at a power of 0.8 (statistics::pairs_needed).
///
/// test_over_train: 0, or that of folds (statistics::resampled_summary), whose interval is then taken; more folds of
/// the same rows would hardly narrow it, so there are no runs_needed.
///
/// Throws InternalError for no values, a value that is not finite, or a ratio that is not positive.
[[nodiscard]] Judgement judge(const Rule& rule, Scale scale, std::span<const double> values, double confidence = 0.95,
                              double test_over_train = 0);

/// The p of a verdict: the least α with whose interval, of confidence 1 − α, it falls; 1 if it never does. Not for
/// Scale::exact.
[[nodiscard]] double p_of_verdict(const Rule& rule, Scale scale, std::span<const double> values,
                                  double test_over_train = 0);

}  // namespace cellwise::lab
