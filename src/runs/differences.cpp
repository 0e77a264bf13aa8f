#include "runs/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/error.h"

namespace cellwise::runs {
namespace {

using Settings = std::map<std::string, std::string>;

/// Runs that differ in their seeds alone.
struct Kind {
    Cell cell = Cell::lstm;
    Settings settings;
    std::map<std::uint64_t, double> accuracies;  // by seed
};

// What makes a run of another kind.
Settings settings_of(const RunInfo& run) {
    auto configuration = run.configuration;
    Settings settings;
    for (const auto& setting : sentiment::settings_of(configuration)) {
        if (setting.effect.tells_kinds) settings[setting.key] = setting.text();
    }
    return settings;
}

std::vector<Kind> kinds_of(const std::vector<RunInfo>& runs) {
    std::vector<Kind> kinds;
    for (const auto& run : runs) {
        if (run.status != RunStatus::finished || !run.test_accuracy || run.configuration.cells.size() != 1) continue;
        const Cell cell = run.configuration.cells.front();
        auto settings = settings_of(run);
        auto kind = std::find_if(kinds.begin(), kinds.end(),
                                 [&](const Kind& each) { return each.cell == cell && each.settings == settings; });
        if (kind == kinds.end()) kind = kinds.insert(kinds.end(), {cell, std::move(settings), {}});
        kind->accuracies[run.configuration.seed] = *run.test_accuracy;
    }
    std::ranges::stable_sort(kinds, {}, &Kind::cell);
    return kinds;
}

/// "GRU, clip_norm 1": the cell, with the settings that are not the same in all kinds.
std::string title_of(const Kind& kind, const std::vector<Kind>& kinds) {
    std::string title(cell_title(kind.cell));
    for (const auto& [key, value] : kind.settings) {
        const bool differs =
            std::any_of(kinds.begin(), kinds.end(), [&](const Kind& other) { return other.settings.at(key) != value; });
        if (differs) title += fmt::format(", {} {}", key, value.empty() ? "none" : value);
    }
    return title;
}

}  // namespace

std::vector<RunsDifference> runs_differences(const std::vector<RunInfo>& runs) {
    const auto kinds = kinds_of(runs);
    std::vector<RunsDifference> differences;
    for (std::size_t second = 0; second < kinds.size(); ++second) {
        for (std::size_t first = second + 1; first < kinds.size(); ++first) {
            const Kind &one = kinds[first], &other = kinds[second];
            if (one.cell != other.cell && one.settings != other.settings) continue;
            std::vector<double> ours, theirs;
            for (const auto& [seed, accuracy] : one.accuracies) {
                const auto partner = other.accuracies.find(seed);
                if (partner == other.accuracies.end()) continue;
                ours.push_back(accuracy);
                theirs.push_back(partner->second);
            }
            if (ours.size() < 2) continue;
            differences.push_back(
                {title_of(one, kinds), title_of(other, kinds), statistics::compare_pairs(ours, theirs), 1});
        }
    }
    std::vector<double> p_values;
    for (const auto& difference : differences) p_values.push_back(*difference.accuracy.p_value);
    const auto corrected = statistics::holm(p_values);
    for (std::size_t i = 0; i < differences.size(); ++i) differences[i].p_holm = corrected[i];
    return differences;
}

nlohmann::ordered_json runs_differences_json(const std::vector<RunsDifference>& differences) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& difference : differences) {
        const auto& paired = difference.accuracy;
        list.push_back({{"first", difference.first},
                        {"second", difference.second},
                        {"seeds", paired.difference.count},
                        {"mean_difference", paired.difference.mean},
                        {"std_difference", *paired.difference.standard_deviation},
                        {"interval_95", {paired.difference.interval->low, paired.difference.interval->high}},
                        {"p_value", *paired.p_value},
                        {"p_holm", difference.p_holm},
                        {"p_sign_flip", paired.sign_flip.p_value}});
    }
    return list;
}

std::vector<DifferingSetting> differing_settings(const std::vector<RunInfo>& runs) {
    std::vector<DifferingSetting> differing;
    std::vector<settings::Values> all;  // one run's after another's, each in the same order
    for (const auto& run : runs) all.push_back(sentiment::values_of(run.configuration));
    for (std::size_t i = 0; i < all.front().size(); ++i) {
        DifferingSetting setting{all.front()[i].first, {}};
        for (const auto& values : all) setting.values.push_back(values[i].second);
        if (std::ranges::count(setting.values, setting.values.front()) == std::ssize(setting.values)) continue;
        differing.push_back(std::move(setting));
    }
    return differing;
}

std::vector<RunInfo> single_runs(const std::vector<RunInfo>& runs) {
    std::vector<RunInfo> singles;
    for (const auto& run : runs) {
        if (run.status == RunStatus::broken) throw DataError(run.problem);
        if (run.is_comparison) {
            singles.insert(singles.end(), run.runs.begin(), run.runs.end());
        } else {
            singles.push_back(run);
        }
    }
    return singles;
}

nlohmann::ordered_json runs_compare_json(const std::vector<RunInfo>& runs,
                                         const std::vector<RunsDifference>& differences) {
    nlohmann::ordered_json json{{"runs", nlohmann::ordered_json::array()}};
    for (const auto& run : runs) json["runs"].push_back(run_json(run));
    json["differences"] = runs_differences_json(differences);
    json["differing_settings"] = nlohmann::ordered_json::array();
    for (const auto& [key, values] : differing_settings(runs)) {
        json["differing_settings"].push_back({{"setting", key}, {"values", values}});
    }
    return json;
}

}  // namespace cellwise::runs
