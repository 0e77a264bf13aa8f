#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands.h"
#include "cli/terminal/output.h"
#include "cli/terminal/progress.h"
#include "verbs/report_input.h"
#include "cli/terminal/resume_hint.h"
#include "cli/flags/settings.h"
#include "runs/train_runs.h"
#include "core/error.h"
#include "core/log.h"
#include "core/stop_request.h"
#include "learning/device.h"
#include "runs/run_folder.h"

namespace cellwise::cli {
namespace {

void run_train(const SettingFlags& flags) {
    const distributed::ProcessGroup processes(flags.distributed);
    const auto configuration = flags.resolve();
    const Output out(flags.json);
    (void)learning::resolve_device(configuration.device, processes.local_rank());  // complain before the data is read
    const Cell cell = configuration.cells.front();
    const bool resumes = !flags.resume.empty();
    const auto folder = processes.from_first(run_folder_of(flags, std::string(cell_name(cell))).string());
    const ResumeCommand again{"train", folder, flags.json};
    if (resumes) {
        require_command(again, runs::RunFolder::command_of(again.folder));
    } else if (processes.is_first()) {
        (void)runs::RunFolder::create(again.folder);  // likewise
    }

    records::ComparisonRecord record;
    const auto data = prepare_data(configuration);
    record.data = data_json(data);
    record.configuration = configuration_json(configuration);
    const std::vector<runs::PlannedRun> plan{{cell, configuration.seed, again.folder, resumes}};
    with_resume_hint(again, [&] {
        const StopRequest stop_request;
        ProgressDisplay display;
        auto trained = train_runs(configuration, plan, data, processes, display, stop_request.token());
        if (!trained.diverged.empty()) throw CheckFailed(records::diverged_text(trained.diverged.front()));
        record.runs = std::move(trained.runs);
        if (flags.report && processes.is_first()) write_reports(plan, data);
    });
    if (!processes.is_first()) return;
    log::notice(fmt::format("the run is in {}{}", again.folder.string(), flags.report ? ": see its report.html" : ""));
    out.print(records::comparison_text(record));
    out.write_json(with_schema("comparison", records::comparison_json(record)));
}

}  // namespace

void add_train(CLI::App& app) {
    auto* command = app.add_subcommand("train", "train one model and keep it in a run folder");
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
