#include "cli/commands/customers_study.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <span>

#include "cli/commands/customers_trials.h"
#include "cli/commands/study_run.h"
#include "cli/flags/search_flags.h"
#include "core/error.h"
#include "core/stopped_together.h"
#include "statistics/cross_validation.h"

namespace cellwise::cli {

customers::Candidate TableStudy::default_candidate() const {
    const auto found = settings.parameters.find(kind->name);
    return {kind, found == settings.parameters.end() ? customers::Parameters{} : found->second};
}

customers::Candidate TableStudy::candidate(const search::Values& values) const {
    auto candidate = default_candidate();
    candidate.parameters = customers::with_values(std::move(candidate.parameters), values);
    return candidate;
}

namespace {

/// [2][seeds · folds]: what each fold of each seed says of the two. Several processes share the seeds.
std::array<std::vector<double>, 2> confirmed_objectives(const TableStudy& study,
                                                        const std::vector<customers::Candidate>& both,
                                                        const std::vector<std::uint64_t>& seeds) {
    const auto count = static_cast<std::size_t>(study.folds);
    std::array<std::vector<double>, 2> objectives;
    for (auto& values : objectives) values.resize(seeds.size() * count);
    const std::size_t step = study.processes != nullptr ? static_cast<std::size_t>(study.processes->size()) : 1;
    const std::size_t first = study.processes != nullptr ? static_cast<std::size_t>(study.processes->rank()) : 0;
    std::optional<Interrupted> stopped;
    try {
        for (std::size_t i = first; i < seeds.size(); i += step) {
            const customers::TrainingFolds folds(study.table, study.target, study.settings, study.folds, seeds[i],
                                                 study.threads);
            const auto answers = customers::answers_over_folds(folds, both, study.threads);
            for (std::size_t fold = 0; fold < count; ++fold) {
                for (const std::size_t which : {0, 1}) {
                    objectives[which][i * count + fold] = study.metric.objective(answers[which][fold].figures);
                }
            }
        }
    } catch (const Interrupted& interrupted) {
        stopped = interrupted;
    }
    leave_if_stopped(study.processes, stopped);
    if (study.processes != nullptr) {  // the others' seeds are 0 here
        for (auto& values : objectives) study.processes->sum(std::span(values));
    }
    return objectives;
}

}  // namespace

void require_searchable(const search::Space& space, const TableStudy& study) {
    std::vector<std::string> names;
    for (const auto& parameter : space.parameters()) names.push_back(parameter.name);
    customers::require_parameters(*study.kind, names);
    const auto fixed = study.default_candidate().parameters;
    for (const auto& name : names) {
        const auto both = customers::with_values({}, std::vector{std::pair(name, std::string())});
        if (!fixed.contains(both.begin()->first)) continue;
        throw UsageError(fmt::format("--set and --search both name {}: leave one of them out", name));
    }
}

search::Confirmation confirmed(const TableStudy& study, const std::vector<customers::Candidate>& both,
                               std::int64_t seeds, double best_found) {
    search::ConfirmationRuns runs;
    runs.seeds = fresh_seeds(study.settings.seed, seeds);
    const auto objectives = confirmed_objectives(study, both, runs.seeds);
    const auto folds = static_cast<std::size_t>(study.folds);
    std::vector<double> differences;
    for (std::size_t i = 0; i < objectives[0].size(); i += folds) {
        double sums[2] = {0, 0};
        for (std::size_t fold = i; fold < i + folds; ++fold) {
            sums[0] += objectives[0][fold];
            sums[1] += objectives[1][fold];
            differences.push_back(objectives[1][fold] - objectives[0][fold]);
        }
        runs.default_objectives.push_back(sums[0] / static_cast<double>(folds));
        runs.best_objectives.push_back(sums[1] / static_cast<double>(folds));
    }
    auto result = search::confirm(runs, best_found);
    const auto summary = statistics::resampled_summary(differences, 1 / static_cast<double>(study.folds - 1));
    auto& comparison = result.comparison;
    comparison.difference.interval = summary.interval;
    comparison.p_value = summary.p_value;
    result.verdict = !(summary.p_value < 0.05) ? search::ConfirmationVerdict::undecided
                     : summary.mean > 0        ? search::ConfirmationVerdict::better
                                               : search::ConfirmationVerdict::worse;
    return result;
}

void run_trials(search::Study& study, const TableStudy& about, const std::filesystem::path& folder,
                const search::Budget& budget, std::size_t jobs) {
    const customers::TrainingFolds folds(about.table, about.target, about.settings, about.folds, about.settings.seed,
                                         about.threads);
    const customers::TrialRuns runs(about.table, about.target, about.settings, about.source, folder);
    const auto candidate = [&](const search::Values& values) { return about.candidate(values); };
    run_study(study, table_objective(folds, about.metric, candidate, runs),
              {budget, on_threads(jobs), about.metric.title(), "", about.settings.stop, {}, about.processes});
}

}  // namespace cellwise::cli
