#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/resume_hint.h"
#include "core/error.h"
#include "core/log.h"
#include "core/model_title.h"
#include "core/stop_request.h"
#include "report/text/comparison_text.h"
#include "runs/run_folder.h"
#include "tasks/sentiment/configuration.h"
#include "verbs/comparison.h"

namespace cellwise::cli {
namespace {

// What the program ends with where runs diverged, whether notices are shown or not.
CheckFailed some_diverged(const std::filesystem::path& folder, const std::vector<records::DivergedRun>& diverged,
                          const std::string& stack, std::size_t planned) {
    std::vector<std::string> names;
    for (const auto& run : diverged) names.push_back(run_title(run.cell, stack, run.seed));
    return CheckFailed(fmt::format("of {} run{} in '{}' {} diverged, without figures: {}. {}{}", planned,
                                   planned == 1 ? "" : "s", folder.string(), diverged.size(), fmt::join(names, ", "),
                                   names.size() == 1 ? "Its " : "Each folder's diverged.txt says why; the first one's ",
                                   diverged.front().reason));
}

void run_compare(const SettingFlags& flags) {
    const distributed::ProcessGroup processes(flags.distributed);
    verbs::TrainRequest request{flags.resolve(), {}, !flags.resume.empty(), flags.report};
    const Output out(flags.json);
    request.folder = processes.from_first(run_folder_of(flags, "compare").string());
    const auto folder = request.folder;
    const ResumeCommand again{"compare", folder, flags.json};
    if (request.resumes) require_command(again, runs::RunFolder::command_of(folder));
    const StopRequest stop;
    ProgressDisplay display;
    verbs::Trained trained;
    with_resume_hint(again, [&] { trained = verbs::compare(std::move(request), processes, display, stop.token()); });
    if (!processes.is_first()) return;
    const auto& comparison = trained.record;
    log::notice(fmt::format("the runs are in {}{}", folder.string(), trained.has_report ? ": see report.html" : ""));
    out.print(report::comparison_text(comparison));
    auto told = with_schema("comparison", records::comparison_json(comparison));
    told["folder"] = folder.string();  // a folder that is moved keeps its comparison.json true
    out.write_json(told);
    if (!comparison.diverged.empty())
        throw some_diverged(folder, comparison.diverged, sentiment::text_of(request.configuration, "stack"),
                            trained.planned);
}

}  // namespace

void add_compare(CLI::App& app) {
    auto* command = add_command(app, "compare");
    auto flags = std::make_shared<SettingFlags>(*command, false);
    command->callback([flags] { run_compare(*flags); });
    command->footer(
        "Examples:\n"
        "  cellwise compare                                the tutorial's comparison on all reviews\n"
        "  cellwise compare --preset clipped --seeds 5     with gradient clipping, mean and deviation of five seeds\n"
        "  cellwise compare --cells lstm,gru --limit 2000 --json -   a quick look, as JSON\n"
        "  mpirun -n 4 cellwise compare --seeds 4 --distributed   the twelve runs shared by four processes\n"
        "  cellwise compare --resume runs/2026-01-31-compare   go on where Ctrl-C, a crash or a full disk ended it");
}

}  // namespace cellwise::cli
