#pragma once

#include <cstddef>

#include "cli/progress.h"
#include "cli/training_run.h"

namespace cellwise::cli {

/// Trains one planned run and keeps it in its folder, or takes it from there if it is finished, or goes on
/// with it. `number` is its place in `display`. Throws Interrupted once a stop was asked for and all is
/// saved, CheckFailed naming the run if it diverges.
[[nodiscard]] report::RunRecord train_single_run(const training::Configuration& configuration,
                                                 const PlannedRun& planned, const PreparedData& data,
                                                 ProgressDisplay& display, std::size_t number);

}  // namespace cellwise::cli
