#include "search/pruner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "statistics/median.h"

namespace cellwise::search {
namespace {

constexpr std::array<std::pair<PrunerKind, std::string_view>, 3> pruner_names{
    {{PrunerKind::none, "none"}, {PrunerKind::median, "median"}, {PrunerKind::asha, "asha"}}};

bool is_rung(std::int64_t step, std::int64_t first, std::int64_t reduction) {
    std::int64_t rung = first;
    while (rung < step && rung <= step / reduction) rung *= reduction;
    return rung == step;
}

}  // namespace

std::string_view pruner_name(PrunerKind kind) {
    return std::find_if(pruner_names.begin(), pruner_names.end(), [&](const auto& one) { return one.first == kind; })
        ->second;
}

PrunerKind parse_pruner(std::string_view name) {
    for (const auto& [kind, known] : pruner_names) {
        if (known == name) return kind;
    }
    throw UsageError(fmt::format("there is no pruner '{}': take none, median or asha", name));
}

void PrunerOptions::validate() const {
    if (startup_trials < 1) throw UsageError("the median pruner needs at least 1 start-up trial");
    if (first_step < 1) throw UsageError("the first step that prunes must be 1 or more");
    if (reduction < 2) throw UsageError("successive halving keeps one in 2 or more");
}

void Pruner::tell(const Trial& trial) {
    if (trial.state == TrialState::complete) ++complete_;
    if (options_.kind == PrunerKind::median && trial.state != TrialState::complete) return;
    for (const auto& [step, value] : trial.intermediates) {
        if (!std::isnan(value)) at_step_[step].push_back(value);
    }
}

bool Pruner::prunes(std::span<const Intermediate> said) const {
    if (options_.kind == PrunerKind::none || said.empty()) return false;
    if (said.back().step < options_.first_step) return false;
    if (std::isnan(said.back().value)) return true;
    return options_.kind == PrunerKind::median ? below_median(said) : falls_from_rung(said.back());
}

bool Pruner::below_median(std::span<const Intermediate> said) const {
    const auto others = at_step_.find(said.back().step);
    if (complete_ < options_.startup_trials || others == at_step_.end()) return false;
    double best = said.back().value;
    for (const auto& [step, value] : said) best = std::max(best, std::isnan(value) ? best : value);
    return best < statistics::median(others->second);
}

bool Pruner::falls_from_rung(const Intermediate& newest) const {
    if (!is_rung(newest.step, options_.first_step, options_.reduction)) return false;
    const auto others = at_step_.find(newest.step);
    if (others == at_step_.end()) return false;
    const auto better =
        std::count_if(others->second.begin(), others->second.end(), [&](double value) { return value > newest.value; });
    const auto all = static_cast<std::int64_t>(others->second.size()) + 1;
    return better >= std::max<std::int64_t>(1, all / options_.reduction);
}

}  // namespace cellwise::search
