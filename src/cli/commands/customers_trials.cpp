#include "cli/commands/customers_trials.h"

#include <utility>

namespace cellwise::cli {

search::Objective table_objective(const customers::TrainingFolds& folds, const customers::TuningMetric& metric,
                                  CandidateOf candidate_of) {
    return [&folds, &metric, candidate_of = std::move(candidate_of)](const search::AskedTrial& trial,
                                                                     search::TrialProgress& told) {
        const auto report = [&](std::int64_t fold, double so_far) { return told.report(fold, so_far); };
        const auto mean = customers::mean_objective(folds, candidate_of(trial.values), metric, report);
        return mean ? search::Outcome::complete(*mean) : search::Outcome::pruned();
    };
}

}  // namespace cellwise::cli
