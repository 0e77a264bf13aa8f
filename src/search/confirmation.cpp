#include "search/confirmation.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace cellwise::search {
namespace {

constexpr double significance_level = 0.05;

}  // namespace

std::string_view verdict_name(ConfirmationVerdict verdict) {
    switch (verdict) {
        case ConfirmationVerdict::better:
            return "better";
        case ConfirmationVerdict::worse:
            return "worse";
        case ConfirmationVerdict::undecided:
            return "not distinguishable";
    }
    throw InternalError("a verdict without a name");
}

Confirmation confirm(const ConfirmationRuns& runs, double best_found) {
    if (runs.seeds.size() != runs.default_objectives.size()) {
        throw InternalError("a confirmation needs one objective a seed");
    }
    Confirmation result;
    result.runs = runs;
    result.comparison = statistics::compare_pairs(runs.best_objectives, runs.default_objectives);
    result.default_mean = statistics::mean(runs.default_objectives);
    result.best_mean = statistics::mean(runs.best_objectives);
    result.best_found = best_found;
    result.optimism = best_found - result.best_mean;
    if (result.comparison.p_value.value_or(1) < significance_level) {
        result.verdict =
            result.comparison.difference.mean > 0 ? ConfirmationVerdict::better : ConfirmationVerdict::worse;
    }
    return result;
}

nlohmann::ordered_json confirmation_json(const Confirmation& confirmation) {
    using nlohmann::ordered_json;
    const auto& difference = confirmation.comparison.difference;
    const auto or_null = [](std::optional<double> value) {
        return value ? ordered_json(*value) : ordered_json(nullptr);
    };
    const auto& interval = difference.interval;
    return {{"default", confirmation.default_mean},
            {"best", confirmation.best_mean},
            {"difference", difference.mean},
            {"low", or_null(interval ? std::optional(interval->low) : std::nullopt)},
            {"high", or_null(interval ? std::optional(interval->high) : std::nullopt)},
            {"verdict", verdict_name(confirmation.verdict)},
            {"optimism", confirmation.optimism},
            {"p", or_null(confirmation.comparison.p_value)},
            {"seeds", confirmation.runs.seeds},
            {"default_objectives", confirmation.runs.default_objectives},
            {"best_objectives", confirmation.runs.best_objectives}};
}

std::string confirmation_text(const Confirmation& confirmation) {
    const auto& difference = confirmation.comparison.difference;
    const auto seeds = confirmation.runs.seeds.size();
    auto text = fmt::format("Fresh seeds ({}): default {:.4f}, best {:.4f}\n", seeds, confirmation.default_mean,
                            confirmation.best_mean);
    text += fmt::format("best - default: {:+.4f}", difference.mean);
    if (difference.interval) {
        text += fmt::format(" (95% CI {:+.4f} to {:+.4f}, p = {:.2g})", difference.interval->low,
                            difference.interval->high, *confirmation.comparison.p_value);
    }
    text += fmt::format(": {}\n", verdict_name(confirmation.verdict));
    return text + fmt::format("The best trial itself said {:.4f}: {:+.4f} of that is optimism\n",
                              confirmation.best_found, confirmation.optimism);
}

}  // namespace cellwise::search
