#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/space.h"

namespace cellwise::search {

/// How a trial ended. A trial that fails or diverges is a result, not the end of a study.
enum class TrialState { complete, pruned, failed, diverged };

[[nodiscard]] std::string_view state_name(TrialState state);
/// Nothing if no state is called so.
[[nodiscard]] std::optional<TrialState> parse_state(std::string_view name);

/// What a trial said of itself on its way: the objective after so many steps (epochs, folds).
struct Intermediate {
    std::int64_t step = 0;  ///< from 1
    double value = 0;
    bool operator==(const Intermediate&) const = default;
};

/// One finished trial. A larger objective is better.
struct Trial {
    std::int64_t number = 0;  ///< from 0, in the order of asking
    Point point;
    TrialState state = TrialState::complete;
    std::optional<double> objective;          ///< of a complete trial, finite
    std::vector<Intermediate> intermediates;  ///< steps ascending
    double seconds = 0;
    std::string message;  ///< why it failed; what a run folder is called; free text
};

/// The trials' places from best to worst: complete ones by objective; then pruned ones, those that came further first,
/// by their last value; then the others. Equals stay in their order.
[[nodiscard]] std::vector<std::size_t> best_first(std::span<const Trial> trials);

/// The place of the best complete trial; the first of equals.
[[nodiscard]] std::optional<std::size_t> best_trial(std::span<const Trial> trials);

}  // namespace cellwise::search
