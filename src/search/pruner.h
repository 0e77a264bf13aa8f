#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "search/trial.h"

namespace cellwise::search {

enum class PrunerKind { none, median, asha };

[[nodiscard]] std::string_view pruner_name(PrunerKind kind);
/// Throws UsageError that lists the names.
[[nodiscard]] PrunerKind parse_pruner(std::string_view name);

struct PrunerOptions {
    PrunerKind kind = PrunerKind::none;
    std::int64_t startup_trials = 5;  ///< of median: complete trials before anything is pruned
    std::int64_t first_step = 1;      ///< no pruning before it; of asha: the first rung
    std::int64_t reduction = 3;       ///< of asha: one in so many goes on, so many times as far
    /// Throws UsageError for a step below 1 or a reduction below 2.
    void validate() const;
    bool operator==(const PrunerOptions&) const = default;
};

/// Decides whether a trial is worth going on with, by what the trials of earlier rounds said at the same step. What
/// runs beside it does not count, so the decision does not depend on which of them is faster.
///
/// median: its best value so far is below the median of the earlier complete trials' values at this step (the rule of
/// Golovin et al., "Google Vizier", KDD 2017, section 3.2.1, with values in place of running averages).
///
/// asha: at the rungs first_step · reduction^k, where it is not among the best 1/reduction of the values at that rung,
/// its own included (asynchronous successive halving; Li et al., MLSys 2020), but at least the very best goes on.
///
/// A value that is not a number is pruned by both.
class Pruner {
public:
    explicit Pruner(const PrunerOptions& options) : options_(options) {}

    void tell(const Trial& trial);
    /// Whether to stop a trial that has said this much; the last value is the newest.
    [[nodiscard]] bool prunes(std::span<const Intermediate> said) const;

private:
    [[nodiscard]] bool below_median(std::span<const Intermediate> said) const;
    [[nodiscard]] bool falls_from_rung(const Intermediate& newest) const;

    PrunerOptions options_;
    std::map<std::int64_t, std::vector<double>> at_step_;  ///< values by step, of the trials that this rule counts
    std::int64_t complete_ = 0;
};

}  // namespace cellwise::search
