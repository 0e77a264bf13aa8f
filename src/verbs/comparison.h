#pragma once

#include <filesystem>

#include "core/stop_token.h"
#include "distributed/process_group.h"
#include "records/comparison.h"
#include "runs/run_observer.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::verbs {

/// A training that is wanted: what of, and where it is kept.
struct TrainRequest {
    sentiment::Configuration configuration;  ///< resolved and validated
    std::filesystem::path folder;            ///< that becomes the run
    bool resumes = false;                    ///< the folder was begun: continue with it; else it must not hold a run
    bool reports = true;                     ///< write report.html
};

/// What came of it. Of several processes only the first has records.
struct Trained {
    records::ComparisonRecord record;
    std::size_t planned = 0;  ///< runs
    bool has_report = false;  ///< a report.html was written
};

/// Trains one model (`configuration.cells` names one) and keeps it in the folder. Throws what reading the data throws;
/// CheckFailed if the training diverges; Interrupted once a stop was asked for and all is saved; EnvironmentError.
[[nodiscard]] Trained train(TrainRequest request, const distributed::ProcessGroup& processes,
                            runs::RunObserver& observer, const StopToken& stop);

/// Trains every cell with every seed, each in a folder of its own within this one, and writes comparison.json. Runs
/// that diverge are told in the record. Throws as train does.
[[nodiscard]] Trained compare(TrainRequest request, const distributed::ProcessGroup& processes,
                              runs::RunObserver& observer, const StopToken& stop);

}  // namespace cellwise::verbs
