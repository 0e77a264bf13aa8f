#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/training_run.h"
#include "core/atomic_file.h"
#include "core/log.h"
#include "training/device.h"
#include "training/run_folder.h"

namespace cellwise::cli {
namespace {

std::string run_name(Cell cell, std::uint64_t seed, bool several_seeds) {
    return several_seeds ? fmt::format("{}-seed-{}", cell_name(cell), seed) : std::string(cell_name(cell));
}

void run_compare(const SettingFlags& flags) {
    const auto configuration = flags.resolve();
    const Output out(flags.json);
    (void)training::resolve_device(configuration.device);  // complain before the data is read
    training::set_threads(configuration.threads);
    const auto folder = training::RunFolder::create(flags.output.empty() ? training::RunFolder::fresh_name("compare")
                                                                         : std::filesystem::path(flags.output));
    const auto data = prepare_data(configuration);
    folder.write_configuration(configuration);

    report::ComparisonRecord comparison;
    comparison.data = data_json(data);
    comparison.configuration = configuration_json(configuration);
    const auto seeds = configuration.seed_list();
    // Seed by seed, so that an interrupted comparison has whole comparisons behind it.
    for (const auto seed : seeds) {
        for (const Cell cell : configuration.cells) {
            comparison.runs.push_back(
                train_run(configuration, cell, seed, data, folder.path() / run_name(cell, seed, seeds.size() > 1)));
        }
    }
    const auto json = report::comparison_json(comparison);
    write_file_atomically(folder.path() / "comparison.json", json.dump(2) + "\n");
    log::notice(fmt::format("the runs are in {}", folder.path().string()));
    out.print(report::comparison_text(comparison));
    out.write_json(json);
}

}  // namespace

void add_compare(CLI::App& app) {
    auto* command = app.add_subcommand("compare", "train and test the cells side by side: the tutorial's table");
    auto flags = std::make_shared<SettingFlags>(*command, false);
    command->callback([flags] { run_compare(*flags); });
    command->footer(
        "Examples:\n"
        "  cellwise compare                                the tutorial's comparison on all reviews\n"
        "  cellwise compare --preset clipped --seeds 5     with gradient clipping, mean and deviation of five seeds\n"
        "  cellwise compare --cells lstm,gru --limit 2000 --json -   a quick look, as JSON");
}

}  // namespace cellwise::cli
