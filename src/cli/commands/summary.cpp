#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/model_title.h"
#include "report/text/table.h"
#include "tasks/sentiment/configuration.h"
#include "tasks/sentiment/run_files.h"

namespace cellwise::cli {
namespace {

struct SummaryOptions {
    std::string run;
    std::string json;
};

void run_summary(const SummaryOptions& options) {
    const Output out(options.json);
    const auto run = sentiment::load_run(options.run);
    report::Table table({{"weight", report::Table::Align::left}, {"shape"}, {"parameters"}});
    nlohmann::ordered_json weights = nlohmann::ordered_json::array();
    for (const auto& variable : run.model->variables()) {
        table.add_row({variable.name, fmt::format("[{}]", fmt::join(variable.value.sizes(), ", ")),
                       fmt::format("{}", variable.value.numel())});
        weights.push_back(
            {{"name", variable.name}, {"shape", variable.value.sizes().vec()}, {"parameters", variable.value.numel()}});
    }
    const auto parameters = run.model->parameter_count();
    const Cell cell = run.configuration.cells.front();
    table.add_row({"all trainable", "", fmt::format("{}", parameters)});
    out.print(fmt::format("{}, {} preset, seed {}\n\n{}",
                          model_title(cell, sentiment::text_of(run.configuration, "stack")), run.configuration.preset,
                          run.configuration.seed, table.text()));
    out.write_json(with_schema(
        "summary",
        {{"run", options.run}, {"cell", cell_name(cell)}, {"parameters", parameters}, {"weights", weights}}));
}

}  // namespace

void add_summary(CLI::App& app) {
    auto options = std::make_shared<SummaryOptions>();
    auto* command = add_command(app, "summary");
    command->add_option("run", options->run, "the run folder")->required()->type_name("RUN");
    command->add_option("--json", options->json, "write the summary as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_summary(*options); });
    command->footer("Examples:\n  cellwise summary runs/gru\n  cellwise summary runs/gru --json -");
}

}  // namespace cellwise::cli
