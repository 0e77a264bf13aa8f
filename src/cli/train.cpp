#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/report_input.h"
#include "cli/resume.h"
#include "cli/settings.h"
#include "cli/training_run.h"
#include "core/error.h"
#include "core/log.h"
#include "training/device.h"
#include "training/run_folder.h"

namespace cellwise::cli {
namespace {

void run_train(const SettingFlags& flags) {
    const ProcessGroup processes(flags.distributed);
    auto configuration = flags.resolve();
    const Output out(flags.json);
    (void)training::resolve_device(configuration.device, processes.local_rank());  // complain before the data is read
    const Cell cell = configuration.cells.front();
    const bool resumes = !flags.resume.empty();
    const auto folder = processes.from_first(run_folder_of(flags, std::string(cell_name(cell))).string());
    const ResumeCommand again{"train", folder, flags.json};
    if (resumes) {
        require_command(again, training::RunFolder::command_of(again.folder));
    } else if (processes.is_first()) {
        (void)training::RunFolder::create(again.folder);  // likewise
    }

    report::ComparisonRecord record;
    const auto data = prepare_data(configuration);
    keep_label_names(configuration, data.labels);
    record.data = data_json(data);
    record.configuration = configuration_json(configuration);
    const std::vector<PlannedRun> plan{{cell, configuration.seed, again.folder, resumes}};
    with_resume_hint(again, [&] {
        auto trained = train_runs(configuration, plan, data, processes);
        if (!trained.diverged.empty()) throw CheckFailed(report::diverged_text(trained.diverged.front()));
        record.runs = std::move(trained.runs);
        if (flags.report && processes.is_first()) write_reports(plan, data);
    });
    if (!processes.is_first()) return;
    log::notice(fmt::format("the run is in {}{}", again.folder.string(), flags.report ? ": see its report.html" : ""));
    out.print(report::comparison_text(record));
    auto json = with_schema("comparison", report::comparison_json(record));
    json["folder"] = again.folder.string();
    out.write_json(json);
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
