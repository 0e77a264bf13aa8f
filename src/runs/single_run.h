#pragma once

#include <cstddef>
#include <cstdint>

#include "distributed/process_group.h"
#include "runs/thread_shares.h"
#include "runs/train_runs.h"

namespace cellwise::runs {

/// Trains one planned run and keeps it in its folder, or takes it from there if it is finished, or goes on
/// with it. share: the threads that this run alone may have; with torch::nn, whose bits depend on their number, the
/// fixed ones. `number` is its place in the plan that the observer was told of. Throws Interrupted once a stop was
/// asked for and all is saved, learning::Diverged if it diverges, which is kept in its folder, or has diverged before.
///
/// With several processes, all of them train this one run together; the first keeps it, the others' record is empty.
[[nodiscard]] records::RunRecord train_single_run(const sentiment::Configuration& configuration,
                                                  const PlannedRun& planned, const sentiment::PreparedData& data,
                                                  const ThreadShares::Loan& share, RunObserver& observer,
                                                  const StopToken& stop, std::size_t number,
                                                  const distributed::ProcessGroup& processes);

/// A finished run's record, from its folder. Throws DataError, UsageError if it is not the planned one.
[[nodiscard]] records::RunRecord finished_run(const sentiment::Configuration& configuration, const PlannedRun& planned,
                                              const sentiment::PreparedData& data);

}  // namespace cellwise::runs
