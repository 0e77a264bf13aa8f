#include "cli/commands/customers_trials.h"

#include <utility>

namespace cellwise::cli {

search::Objective table_objective(const customers::TrainingFolds& folds, const customers::TuningMetric& metric,
                                  CandidateOf candidate_of, const customers::TrialRuns& runs) {
    return [&folds, &metric, candidate_of = std::move(candidate_of), &runs](const search::AskedTrial& trial,
                                                                            search::TrialProgress& told) {
        const auto candidate = candidate_of(trial.values);
        const auto report = [&](std::int64_t fold, double so_far) { return told.report(fold, so_far); };
        const auto means = customers::fold_means(folds, candidate, metric, report);
        const bool is_complete = means.folds == static_cast<std::int64_t>(folds.size());
        runs.keep(trial.number, candidate, means, is_complete);
        auto outcome = is_complete ? search::Outcome::complete(means.objective) : search::Outcome::pruned();
        outcome.message = customers::TrialRuns::name_of(trial.number);
        return outcome;
    };
}

}  // namespace cellwise::cli
