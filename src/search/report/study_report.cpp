#include "search/report/study_report.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "search/journal.h"

namespace cellwise::search {

StudyReport report_of(std::string title, std::string metric, StudySettings settings, std::vector<Trial> trials,
                      std::optional<Confirmation> confirmation) {
    StudyReport report{std::move(title), std::move(metric), std::move(settings), std::move(trials), {}, {}};
    report.confirmation = std::move(confirmation);
    report.importances = importances(report.settings.space, report.trials, report.settings.sampler.seed);
    return report;
}

nlohmann::ordered_json study_json(const StudyReport& report) {
    using nlohmann::ordered_json;
    auto trials = ordered_json::array();
    for (const auto& trial : report.trials) {
        auto line = trial_json(report.settings.space, trial);
        trials.push_back({{"number", line["number"]},
                          {"values", line["values"]},
                          {"objective", line["objective"]},
                          {"state", line["state"]}});
    }
    ordered_json best;
    if (const auto place = best_trial(report.trials)) {
        best = {{"number", trials[*place]["number"]},
                {"values", trials[*place]["values"]},
                {"objective", trials[*place]["objective"]}};
    }
    auto shares = ordered_json::array();
    for (const auto& [name, share, interval] : report.importances) {
        shares.push_back({{"name", name}, {"share", share}, {"low", interval.low}, {"high", interval.high}});
    }
    return {{"trials", std::move(trials)},
            {"best", std::move(best)},
            {"confirmed", report.confirmation ? confirmation_json(*report.confirmation) : ordered_json(nullptr)},
            {"importances", std::move(shares)}};
}

}  // namespace cellwise::search
