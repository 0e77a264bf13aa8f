#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/commands/runs_customers.h"
#include "cli/commands/runs_differences_text.h"
#include "cli/commands/runs_remove.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/model_title.h"
#include "report/text/summary_text.h"
#include "report/text/table.h"
#include "runs/differences.h"
#include "runs/run_index.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::cli {
namespace {

using Align = report::Table::Align;
using Json = nlohmann::ordered_json;

struct RunsOptions {
    std::string folder = "runs";
    std::vector<std::string> runs;
    std::string json;
};

std::string text_or_dash(const std::optional<double>& value) { return value ? report::figure(*value, 4) : "–"; }

// "RNN, LSTM".
std::string cells_of(const runs::RunInfo& run) {
    std::vector<std::string> titles;
    const auto stack = sentiment::text_of(run.configuration, "stack");
    for (const Cell cell : run.configuration.cells) titles.push_back(model_title(cell, stack));
    return fmt::format("{}", fmt::join(titles, ", "));
}

std::string seeds_of(const runs::RunInfo& run) {
    return fmt::format("{}", fmt::join(run.configuration.seed_list(), ", "));
}

// Of one model its test accuracy; of a comparison each cell's mean, in the order of its cells.
std::string accuracy_of(const runs::RunInfo& run) {
    if (!run.is_comparison) return text_or_dash(run.test_accuracy);
    std::vector<std::string> means;
    for (const Cell cell : run.configuration.cells) {
        double sum = 0;
        int count = 0;
        for (const auto& inner : run.runs) {
            if (!inner.test_accuracy || inner.configuration.cells.front() != cell) continue;
            sum += *inner.test_accuracy;
            ++count;
        }
        means.push_back(count == 0 ? "–" : fmt::format("{:.4f}", sum / count));
    }
    return fmt::format("{}", fmt::join(means, ", "));
}

std::string progress_of(const runs::RunInfo& run) {
    if (run.status == runs::RunStatus::imported) return "–";
    if (!run.is_comparison) return fmt::format("{}/{}", run.epochs.size(), run.configuration.training.epochs);
    const auto planned = run.configuration.cells.size() * run.configuration.seed_list().size();
    std::size_t done = 0;
    for (const auto& inner : run.runs) done += inner.status == runs::RunStatus::finished ? 1U : 0U;
    return fmt::format("{}/{} runs", done, planned);
}

std::string run_table(const std::vector<runs::RunInfo>& runs) {
    report::Table table({{"run", Align::left},
                         {"kind", Align::left},
                         {"status", Align::left},
                         {"cells", Align::left},
                         {"seeds", Align::left},
                         {"data", Align::left},
                         {"epochs"},
                         {"test accuracy"}});
    for (const auto& run : runs) {
        if (run.status == runs::RunStatus::broken) {
            table.add_row({run.folder.string(), "–", "broken", "–", "–", "–", "–", "–"});
        } else {
            table.add_row({run.folder.string(), std::string(kind_name(run)), std::string(runs::status_name(run.status)),
                           cells_of(run), seeds_of(run), run.data, progress_of(run), accuracy_of(run)});
        }
    }
    return table.text();
}

Json runs_json(const std::vector<runs::RunInfo>& runs) {
    Json list = Json::array();
    for (const auto& run : runs) list.push_back(runs::run_json(run));
    return {{"runs", list}};
}

void print_problems(const std::vector<runs::RunInfo>& runs, const Output& out) {
    for (const auto& run : runs) {
        if (!run.problem.empty()) out.print(fmt::format("\n{}: {}\n", run.folder.string(), run.problem));
    }
}

void run_list(const RunsOptions& options) {
    const Output out(options.json);
    const auto runs = runs::list_runs(options.folder);
    const auto customers = customers::list_runs(options.folder);
    if (runs.empty() && customers.empty()) out.print(fmt::format("there are no runs in '{}'\n", options.folder));
    if (!runs.empty()) out.print(run_table(runs));
    print_problems(runs, out);
    if (!customers.empty()) out.print((runs.empty() ? "" : "\n") + customer_runs_text(customers));
    auto json = runs_json(runs);
    for (const auto& run : customers) json["customers"].push_back(customers::entry_json(run));
    out.write_json(with_schema("runs-list", std::move(json)));
}

std::string epoch_table(const runs::RunInfo& run) {
    const std::string validation = run.held_out ? "validation" : "test";
    report::Table table({{"epoch"},
                         {"train loss"},
                         {"train accuracy"},
                         {validation + " loss"},
                         {validation + " accuracy"},
                         {"seconds"}});
    for (const auto& epoch : run.epochs) {
        table.add_row({fmt::format("{}", epoch.epoch), report::figure(epoch.train.loss, 4),
                       fmt::format("{:.4f}", epoch.train.accuracy), report::figure(epoch.validation.loss, 4),
                       fmt::format("{:.4f}", epoch.validation.accuracy),
                       fmt::format("{:.1f}", epoch.train_seconds + epoch.validation_seconds)});
    }
    return table.text();
}

// The settings by which a run differs from the defaults, as flags.
std::string changed_settings(const runs::RunInfo& run) {
    const sentiment::Configuration defaults;
    std::vector<std::string> changed;
    const auto by_default = sentiment::values_of(defaults);
    const auto values = sentiment::values_of(run.configuration);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& [key, value] = values[i];
        const bool is_shown_elsewhere = key == "cells" || key == "seed" || key == "seeds";
        const bool is_default_rate = key == "learning_rate" && run.configuration.training.learning_rate ==
                                                                   defaults.training.effective_learning_rate();
        if (!is_shown_elsewhere && !is_default_rate && value != by_default[i].second) {
            changed.push_back(fmt::format("{} = {}", key, value));
        }
    }
    return changed.empty() ? "the defaults" : fmt::format("{}", fmt::join(changed, ", "));
}

void run_show(const RunsOptions& options) {
    const Output out(options.json);
    if (customers::is_run(options.runs.front())) return show_customer_run(options.runs.front(), out);
    const auto run = runs::read_run(options.runs.front());
    if (run.status == runs::RunStatus::broken) throw DataError(run.problem);
    out.print(fmt::format("{}: {} of {}, seed {}, {}\n", run.folder.string(),
                          run.is_comparison                         ? "comparison"
                          : run.status == runs::RunStatus::imported ? "import"
                                                                    : "training",
                          cells_of(run), seeds_of(run), runs::status_name(run.status)));
    if (!run.imported_from.empty()) out.print(fmt::format("from:     {}\n", run.imported_from));
    if (!run.begun.empty()) out.print(fmt::format("begun:    {}\n", run.begun));
    if (!run.data.empty()) out.print(fmt::format("data:     {}\n", run.data));
    out.print(fmt::format("settings: {}\n\n", changed_settings(run)));
    if (run.status != runs::RunStatus::imported) out.print(run.is_comparison ? run_table(run.runs) : epoch_table(run));
    if (run.test_accuracy) {
        out.print(fmt::format("\nweights of epoch {}: test accuracy {:.4f}, loss {}\n", *run.best_epoch,
                              *run.test_accuracy, report::figure(*run.test_loss, 4)));
    }
    if (run.status == runs::RunStatus::diverged) out.print(fmt::format("\n{}\n", run.problem));
    print_problems(run.runs, out);
    if (run.status == runs::RunStatus::interrupted) {
        out.print(fmt::format("\nTo go on: cellwise {} --resume {}\n", run.is_comparison ? "compare" : "train",
                              run.folder.string()));
    }
    auto json = runs::run_json(run);
    json["settings"] = Json::object();
    for (const auto& [key, value] : sentiment::values_of(run.configuration)) json["settings"][key] = value;
    out.write_json(with_schema("runs-show", {{"run", json}}));
}

void run_compare(const RunsOptions& options) {
    const Output out(options.json);
    if (are_customer_runs(options.runs)) return compare_customer_runs(options.runs, out);
    std::vector<runs::RunInfo> named;
    for (const auto& folder : options.runs) named.push_back(runs::read_run(folder));
    const auto runs = single_runs(named);
    if (runs.size() < 2) throw UsageError("name at least two runs, or a comparison with two: there is one to compare");
    report::Table table({{"run", Align::left},
                         {"cell", Align::left},
                         {"seed"},
                         {"status", Align::left},
                         {"epochs"},
                         {"best epoch"},
                         {"test accuracy"},
                         {"test loss"},
                         {"seconds"}});
    std::vector<report::Table::Column> columns{{"setting", Align::left}};
    for (const auto& run : runs) {
        table.add_row({run.folder.string(), cells_of(run), seeds_of(run), std::string(runs::status_name(run.status)),
                       progress_of(run), run.best_epoch ? fmt::format("{}", *run.best_epoch) : "–",
                       text_or_dash(run.test_accuracy), text_or_dash(run.test_loss),
                       fmt::format("{:.1f}", run.seconds())});
        columns.push_back({run.folder.filename().string()});
    }
    out.print(table.text());
    print_problems(runs, out);
    const auto differing = differing_settings(runs);
    report::Table settings(columns);
    for (const auto& [key, values] : differing) {
        std::vector<std::string> row{key};
        row.insert(row.end(), values.begin(), values.end());
        settings.add_row(row);
    }
    out.print(differing.empty() ? "\nAll settings are the same.\n" : fmt::format("\n{}", settings.text()));
    const auto pairs = runs_differences(runs);
    if (!pairs.empty()) out.print("\n" + runs_differences_text(pairs));
    out.write_json(with_schema("runs-compare", runs_compare_json(runs, pairs)));
}

void add_json(CLI::App& command, RunsOptions& options) {
    command.add_option("--json", options.json, "write the result as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(command);
}

}  // namespace

void add_runs(CLI::App& app) {
    auto options = std::make_shared<RunsOptions>();
    auto* command = add_command(app, "runs");
    command->require_subcommand(1);

    auto* list = command->add_subcommand("list", "the runs in a folder: what they are, how far they are");
    list->add_option("folder", options->folder, "the folder that holds the runs")
        ->type_name("DIR")
        ->capture_default_str();
    add_json(*list, *options);
    list->callback([options] { run_list(*options); });

    auto* show = command->add_subcommand("show", "one run: its settings, epochs and result");
    show->add_option("run", options->runs, "the run's folder")->required()->expected(1)->type_name("RUN");
    add_json(*show, *options);
    show->callback([options] { run_show(*options); });

    auto* compare = command->add_subcommand("compare", "runs side by side, and the settings that differ");
    compare->add_option("runs", options->runs, "the runs' folders; a comparison stands for its runs")
        ->required()
        ->type_name("RUN");
    add_json(*compare, *options);
    compare->callback([options] { run_compare(*options); });

    add_runs_remove(*command);

    command->footer(
        "Examples:\n"
        "  cellwise runs list\n"
        "  cellwise runs show runs/2026-01-31-lstm\n"
        "  cellwise runs compare runs/a runs/b --json -\n"
        "  cellwise runs remove runs/2026-01-31-lstm\n\n"
        "A run is removed only if its folder holds nothing but what Cellwise wrote.");
}

}  // namespace cellwise::cli
