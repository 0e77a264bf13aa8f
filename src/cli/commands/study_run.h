#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/flags/search_flags.h"
#include "cli/terminal/study_progress.h"
#include "core/stop_token.h"
#include "distributed/process_group.h"
#include "search/report/study_report.h"
#include "search/study.h"

namespace cellwise::cli {

/// How a command runs a study's trials.
struct StudyRun {
    search::Budget budget;
    search::SideBySide side_by_side;
    std::string metric;                 ///< what the objective is called
    std::string when_stopped;           ///< what the message of a stop ends with: "; everything is saved"
    StopToken stop;                     ///< asked between two trials
    StudyProgress::Say say = {};        ///< who tells of the trials, where they have bars of their own
    Communicator* processes = nullptr;  ///< those that share the trials
};

/// The study of a folder, begun, or gone on with if it `resumes`; the folder keeps the budget too. Of several processes
/// the first has it, and the others' studies are in memory. Throws what Study::begin and Study::resume throw.
[[nodiscard]] search::Study opened_study(const std::filesystem::path& folder, const search::StudySettings& settings,
                                         bool resumes, const StudyBudget& budget,
                                         const distributed::ProcessGroup& processes);

/// Runs trials until the budget is spent, and tells of them on standard error. Throws Interrupted after Ctrl-C, SIGTERM
/// or SIGHUP, which `how.stop` tells of: what has ended is in the study's journal.
void run_study(search::Study& study, const search::Objective& objective, const StudyRun& how);

/// As many at once as there are threads.
[[nodiscard]] search::SideBySide on_threads(std::size_t threads);

/// report.html in the study's folder.
void write_study_report(const std::filesystem::path& folder, const search::StudyReport& report);

/// Ends a study that has no complete trial, with the reason of the first that tells one.
[[noreturn]] void refuse_no_trial(const std::vector<search::Trial>& trials);

}  // namespace cellwise::cli
