#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/training_run.h"
#include "core/log.h"
#include "training/device.h"
#include "training/run_folder.h"

namespace cellwise::cli {
namespace {

void run_train(const SettingFlags& flags) {
    const auto configuration = flags.resolve();
    const Output out(flags.json);
    (void)training::resolve_device(configuration.device);  // complain before the data is read
    const Cell cell = configuration.cells.front();
    const auto folder = flags.output.empty() ? training::RunFolder::fresh_name(std::string(cell_name(cell)))
                                             : std::filesystem::path(flags.output);
    (void)training::RunFolder::create(folder);  // likewise

    report::ComparisonRecord record;
    const auto data = prepare_data(configuration);
    record.data = data_json(data);
    record.configuration = configuration_json(configuration);
    record.runs = train_runs(configuration, {{cell, configuration.seed, folder}}, data);
    log::notice(fmt::format("the run is in {}", folder.string()));
    out.print(report::comparison_text(record));
    out.write_json(report::comparison_json(record));
}

}  // namespace

void add_train(CLI::App& app) {
    auto* command = app.add_subcommand("train", "train one model and keep it in a run folder");
    auto flags = std::make_shared<SettingFlags>(*command, true);
    command->callback([flags] { run_train(*flags); });
    command->footer(
        "Examples:\n"
        "  cellwise train --cell gru --epochs 2 --output runs/gru\n"
        "  cellwise train --config runs/gru/config.toml --seed 7   the same again with another seed");
}

}  // namespace cellwise::cli
