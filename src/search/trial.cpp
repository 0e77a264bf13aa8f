#include "search/trial.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

namespace cellwise::search {
namespace {

constexpr std::array<std::pair<TrialState, std::string_view>, 4> state_names{{{TrialState::complete, "complete"},
                                                                              {TrialState::pruned, "pruned"},
                                                                              {TrialState::failed, "failed"},
                                                                              {TrialState::diverged, "diverged"}}};

/// What trials are ordered by: how far it came, then its value.
std::tuple<int, std::int64_t, double> worth(const Trial& trial) {
    if (trial.state == TrialState::complete && trial.objective) return {2, 0, *trial.objective};
    if (trial.state == TrialState::pruned && !trial.intermediates.empty()) {
        const auto& last = trial.intermediates.back();
        if (std::isfinite(last.value)) return {1, last.step, last.value};
    }
    return {0, 0, 0};
}

}  // namespace

std::string_view state_name(TrialState state) {
    return std::find_if(state_names.begin(), state_names.end(), [&](const auto& one) { return one.first == state; })
        ->second;
}

std::optional<TrialState> parse_state(std::string_view name) {
    const auto found =
        std::find_if(state_names.begin(), state_names.end(), [&](const auto& one) { return one.second == name; });
    if (found == state_names.end()) return std::nullopt;
    return found->first;
}

std::vector<std::size_t> best_first(std::span<const Trial> trials) {
    std::vector<std::size_t> order(trials.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](auto one, auto other) { return worth(trials[one]) > worth(trials[other]); });
    return order;
}

std::optional<std::size_t> best_trial(std::span<const Trial> trials) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (trials[i].state != TrialState::complete || !trials[i].objective) continue;
        if (!best || *trials[i].objective > *trials[*best].objective) best = i;
    }
    return best;
}

}  // namespace cellwise::search
