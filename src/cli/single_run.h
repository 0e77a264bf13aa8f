#pragma once

#include <cstddef>

#include "cli/process_group.h"
#include "cli/progress.h"
#include "cli/training_run.h"

namespace cellwise::cli {

/// Trains one planned run and keeps it in its folder, or takes it from there if it is finished, or goes on
/// with it. `number` is its place in `display`. Throws Interrupted once a stop was asked for and all is
/// saved, training::Diverged if it diverges, which is kept in its folder, or has diverged before.
///
/// With several processes, all of them train this one run together; the first keeps it, the others' record is empty.
[[nodiscard]] report::RunRecord train_single_run(const training::Configuration& configuration,
                                                 const PlannedRun& planned, const PreparedData& data,
                                                 ProgressDisplay& display, std::size_t number,
                                                 const ProcessGroup& processes);

/// A finished run's record, from its folder. Throws DataError, UsageError if it is not the planned one.
[[nodiscard]] report::RunRecord finished_run(const training::Configuration& configuration, const PlannedRun& planned,
                                             const PreparedData& data);

}  // namespace cellwise::cli
