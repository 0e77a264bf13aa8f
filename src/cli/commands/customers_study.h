#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "search/confirmation.h"
#include "search/study.h"
#include "tasks/customers/kept_run.h"
#include "tasks/customers/tuning.h"

namespace cellwise::cli {

/// All that a study of a table is about.
struct TableStudy {
    tables::Table table;
    customers::TableSource source;
    customers::Target target;
    customers::FitSettings settings;
    const customers::ModelKind* kind = nullptr;
    customers::TuningMetric metric;
    std::int64_t folds = 5;
    std::size_t threads = 1;
    Communicator* processes = nullptr;  ///< those that share the trials and the confirmation

    /// The model with the parameters that --set names, and with those of a trial.
    [[nodiscard]] customers::Candidate default_candidate() const;
    [[nodiscard]] customers::Candidate candidate(const search::Values& values) const;
};

/// Throws UsageError, with the nearest name, unless the model takes every parameter of the space, and --set none of
/// them.
void require_searchable(const search::Space& space, const TableStudy& study);

/// Runs trials until the budget is spent, `jobs` at once, and keeps them as run folders in `folder`. Throws as
/// run_study.
void run_trials(search::Study& study, const TableStudy& about, const std::filesystem::path& folder,
                const search::Budget& budget, std::size_t jobs);

/// Default and best, in this order, on new folds of the training part. The interval and p are those of repeated
/// cross-validation, whose folds share most of their rows (Nadeau and Bengio 2003): seeds alone would be too sure.
[[nodiscard]] search::Confirmation confirmed(const TableStudy& study, const std::vector<customers::Candidate>& both,
                                             std::int64_t seeds, double best_found);

}  // namespace cellwise::cli
