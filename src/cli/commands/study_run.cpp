#include "cli/commands/study_run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <optional>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/parallel_for.h"
#include "core/stopped_together.h"
#include "core/version.h"

namespace cellwise::cli {

void run_study(search::Study& study, const search::Objective& objective, const StudyRun& how) {
    StudyProgress progress(how.metric, how.budget.trials, study.trials(), how.say);
    search::RunOptions options;
    options.side_by_side = how.side_by_side;
    options.stop = [&] { return how.stop.requested(); };
    options.ended = [&](const search::Trial& trial) { progress.ended(trial); };
    options.processes = how.processes;
    study.run(objective, how.budget, options);
    std::optional<Interrupted> stopped;
    if (const int cause = how.stop.cause(); cause != 0) {
        stopped.emplace(exit_code_of_stop(cause),
                        fmt::format("stopped by {}{}", name_of_stop(cause), how.when_stopped));
    }
    leave_if_stopped(how.processes, stopped);
}

search::Study opened_study(const std::filesystem::path& folder, const search::StudySettings& settings, bool resumes,
                           const StudyBudget& budget, const distributed::ProcessGroup& processes) {
    if (!processes.is_first()) {
        auto study = search::Study::in_memory(settings);
        processes.wait();
        return study;
    }
    auto study = resumes ? search::Study::resume(folder, settings) : search::Study::begin(folder, settings);
    keep_budget(folder, budget);
    processes.wait();  // the others write into the folder
    return study;
}

search::SideBySide on_threads(std::size_t threads) {
    return [threads](std::size_t count, const std::function<void(std::size_t)>& run) {
        parallel_for(count, static_cast<int>(threads), run);
    };
}

void write_study_report(const std::filesystem::path& folder, const search::StudyReport& report) {
    const auto made =
        fmt::format("Written {:%Y-%m-%d %H:%M} UTC by Cellwise {}", fmt::gmtime(std::time(nullptr)), program_version());
    write_file_atomically(folder / "report.html", search::study_html(report, made));
}

void refuse_no_trial(const std::vector<search::Trial>& trials) {
    for (const auto& trial : trials) {
        if (trial.message.empty()) continue;
        throw CheckFailed(fmt::format("no trial of {} is complete. Trial {} {}: {}", trials.size(), trial.number,
                                      search::state_name(trial.state), trial.message));
    }
    throw CheckFailed(fmt::format("no trial of {} is complete", trials.size()));
}

}  // namespace cellwise::cli
