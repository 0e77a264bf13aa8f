#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/commands/report_customers.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/paths.h"
#include "parity/reproduction.h"
#include "report/text/table.h"
#include "runs/run_index.h"
#include "verbs/named_runs.h"
#include "verbs/report_data.h"
#include "verbs/report_input.h"

namespace cellwise::cli {
namespace fs = std::filesystem;
namespace {

struct ReportOptions {
    std::vector<std::string> runs;
    std::string output;
    std::string json;
    std::string data;
};

/// Never writes over somebody else's file.
void require_own(const fs::path& path) {
    if (!is_there(path)) return;
    if (is_folder(path)) throw UsageError(fmt::format("--output '{}' is a folder: name a file", path.string()));
    if (read_file(path).find(report::report_marker()) != std::string::npos) return;
    throw UsageError(fmt::format("'{}' exists and is no report of Cellwise: name another --output", path.string()));
}

std::string report_text(const report::RunReport& report) {
    using Align = report::Table::Align;
    report::Table table(
        {{"model", Align::left}, {"runs"}, {"accuracy"}, {"95% CI"}, {"ROC AUC"}, {"calibration error"}});
    for (const auto& group : report.groups) {
        const auto& figures = group.predictions;
        table.add_row({group.name, std::to_string(group.runs.size()), fmt::format("{:.4f}", group.accuracy.mean),
                       group.accuracy_interval ? fmt::format("{:.4f} to {:.4f}", group.accuracy_interval->low,
                                                             group.accuracy_interval->high)
                                               : "–",
                       figures && figures->area ? fmt::format("{:.4f}", figures->area->mean) : "–",
                       figures ? fmt::format("{:.4f}", figures->calibration_error.mean) : "–"});
    }
    return table.text();
}

void run_report(const ReportOptions& options) {
    const Output out(options.json);
    const fs::path output = !options.output.empty()    ? fs::path(options.output)
                            : options.runs.size() == 1 ? fs::path(options.runs.front()) / "report.html"
                                                       : fs::path("report.html");
    if (is_customer_report(options.runs)) {
        require_own(output);
        require_writable("--output", output.string());
        return report_customer_run(options.runs.front(), output, options.data, out);
    }
    auto named = verbs::read_named(options.runs);
    require_own(output);
    require_writable("--output", output.string());
    auto input = verbs::report_input(std::move(named.runs), named.comparisons);
    input.notes = std::move(named.notes);
    input.baselines = std::move(named.baselines);
    const auto data = verbs::add_review_data(input, options.data);  // must outlive the input's words

    const auto report = report::make_report(input);
    write_file_atomically(output, report::report_html(input, report));
    out.print(report_text(report));
    for (const auto& note : input.notes) out.print(note + '\n');
    for (const auto& group : report.groups) {
        if (!group.predictions) out.print(fmt::format("No predictions of {}: {}\n", group.name, group.no_predictions));
    }
    if (!input.words_of) out.print(fmt::format("Errors without their text: {}\n", input.no_words));
    out.print(fmt::format("\nThe report is in {}\n", output.string()));
    out.write_json(report::report_json(input, report));
}

}  // namespace

void add_report(CLI::App& app) {
    auto options = std::make_shared<ReportOptions>();
    auto* command = add_command(app, "report");
    command->add_option("runs", options->runs, "the runs' folders; a comparison stands for its runs")
        ->required()
        ->type_name("RUN");
    command->add_option("--output", options->output, "the file to write")
        ->type_name("FILE")
        ->default_str("RUN/report.html; of several runs report.html");
    command
        ->add_option(
            "--data", options->data,
            "where the reviews lie, if not where the runs found them: for the errors' texts; or the table of a run of "
            "customers")
        ->type_name("PATH");
    command
        ->add_option("--json", options->json, "write the report's numbers as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_report(*options); });
    command->footer(
        "Examples:\n"
        "  cellwise report runs/2026-01-31-compare            writes its report.html anew\n"
        "  cellwise report runs/a runs/b --output both.html   runs and comparisons side by side\n"
        "  cellwise report runs/gru --json -                  the numbers alone, as JSON\n\n"
        "train and compare write report.html themselves. The report also shows plots in a run's folder that are "
        "named gradients.svg or gates.svg:\n"
        "  cellwise gradients --model runs/gru --svg runs/gru/gradients.svg && cellwise report runs/gru");
}

}  // namespace cellwise::cli
