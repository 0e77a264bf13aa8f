#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "core/stop_token.h"
#include "distributed/process_group.h"
#include "records/comparison.h"
#include "runs/run_observer.h"
#include "tasks/sentiment/configuration.h"
#include "tasks/sentiment/prepared_reviews.h"

namespace cellwise::runs {

/// One run of a comparison: its cell and seed, and the folder it is kept in. If the folder holds the
/// run already, whole or begun, it is resumed where `may_resume`, else refused.
struct PlannedRun {
    Cell cell = Cell::lstm;
    std::uint64_t seed = 0;
    std::filesystem::path folder;
    bool may_resume = false;
    /// false: the test reviews are set aside. The run is not tested, and has no predictions.csv.
    bool is_tested = true;
    /// Told of every epoch, first of those in a checkpoint that is resumed. What it throws ends the run, whose
    /// folder stays as it is then.
    std::function<void(const records::EpochFigures&)> watch = {};
};

/// What came of a plan's runs.
struct TrainedRuns {
    std::vector<records::RunRecord> runs;
    std::vector<records::DivergedRun> diverged;
};

/// Trains the runs, side by side where the configuration's threads and jobs have it so, tells the
/// observer, and writes their run folders. The records come in the plan's order and do not
/// depend on threads and jobs (timings aside), nor on how often the runs were interrupted and gone on
/// with. A stop lets every running step end, saves and throws Interrupted. A run
/// that diverges does not end the others.
///
/// Several processes train a single run together, and share the runs of a longer plan: those need the folder
/// on a disk that all of them see. Only the first process has the records.
[[nodiscard]] TrainedRuns train_runs(const sentiment::Configuration& configuration, const std::vector<PlannedRun>& plan,
                                     const sentiment::PreparedData& data, const distributed::ProcessGroup& processes,
                                     RunObserver& observer, const StopToken& stop);

}  // namespace cellwise::runs
