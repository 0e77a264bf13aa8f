#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/resume_hint.h"
#include "core/log.h"
#include "core/stop_request.h"
#include "report/text/comparison_text.h"
#include "runs/run_folder.h"
#include "verbs/comparison.h"

namespace cellwise::cli {
namespace {

void run_train(const SettingFlags& flags) {
    const distributed::ProcessGroup processes(flags.distributed);
    verbs::TrainRequest request{flags.resolve(), {}, !flags.resume.empty(), flags.report};
    const Output out(flags.json);
    const std::string name(cell_name(request.configuration.cells.front()));
    request.folder = processes.from_first(run_folder_of(flags, name).string());
    const auto folder = request.folder;
    const ResumeCommand again{"train", folder, flags.json};
    if (request.resumes) require_command(again, runs::RunFolder::command_of(folder));
    const StopRequest stop;
    ProgressDisplay display;
    verbs::Trained trained;
    with_resume_hint(again, [&] { trained = verbs::train(std::move(request), processes, display, stop.token()); });
    if (!processes.is_first()) return;
    log::notice(fmt::format("the run is in {}{}", folder.string(), trained.has_report ? ": see its report.html" : ""));
    out.print(report::comparison_text(trained.record));
    auto json = with_schema("comparison", records::comparison_json(trained.record));
    json["folder"] = folder.string();
    out.write_json(json);
}

}  // namespace

void add_train(CLI::App& app) {
    auto* command = add_command(app, "train");
    auto flags = std::make_shared<SettingFlags>(*command, true);
    command->callback([flags] { run_train(*flags); });
    command->footer(
        "Examples:\n"
        "  cellwise train --cell gru --epochs 2 --output runs/gru\n"
        "  cellwise train --config runs/gru/config.toml --seed 7   the same again with another seed\n"
        "  mpirun -n 4 cellwise train --distributed   the same model, each batch shared by four processes\n"
        "  cellwise train --resume runs/gru   go on where Ctrl-C, a crash or a full disk ended it");
}

}  // namespace cellwise::cli
