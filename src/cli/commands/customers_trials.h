#pragma once

#include <functional>

#include "search/study.h"
#include "tasks/customers/trial_runs.h"

namespace cellwise::cli {

/// The model that a trial's values stand for.
using CandidateOf = std::function<customers::Candidate(const search::Values&)>;

/// A trial of a table: the mean of the metric over the folds, which may end it early. It is kept as a run folder. What
/// it refers to must outlive it.
[[nodiscard]] search::Objective table_objective(const customers::TrainingFolds& folds,
                                                const customers::TuningMetric& metric, CandidateOf candidate_of,
                                                const customers::TrialRuns& runs);

}  // namespace cellwise::cli
