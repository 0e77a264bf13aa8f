#include "cli/commands/runs_customers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/flags/settings.h"
#include "core/error.h"
#include "core/paths.h"
#include "core/utf8.h"
#include "runs/run_index.h"
#include "tasks/customers/kept_predictions.h"

namespace cellwise::cli {
namespace {

using Align = report::Table::Align;
using customers::RunDescription;
using customers::RunEntry;
using customers::RunState;

std::string measure_of(const RunDescription& run) {
    const auto* metric = customers::main_metric(run);
    if (metric == nullptr) return "–";
    return fmt::format("{} {:.4f}{}", metric->name, *(run.figures.*metric->value),
                       run.folds > 0 ? fmt::format(" ({} folds)", run.folds) : "");
}

std::string figure_text(const std::optional<double>& value) { return value ? fmt::format("{:.4f}", *value) : "–"; }

/// A recipe has several lines, and a table's cell has one.
std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    while (text.ends_with(' ')) text.pop_back();
    return printable(text);
}

std::string target_of(const RunDescription& run) {
    if (!run.is_classification) return fmt::format("{}, a number", printable(run.target));
    return printable(fmt::format("{} ({})", run.target, fmt::join(run.labels, ", ")));
}

}  // namespace

report::Table customer_figures_table(bool is_classification, const customers::Figures& figures,
                                     const std::string& heading) {
    report::Table table({{"measure", Align::left}, {heading}});
    for (const auto& metric : customers::metrics_of(is_classification)) {
        table.add_row({std::string(metric.name), figure_text(figures.*metric.value)});
    }
    return table;
}

std::string customer_runs_text(const std::vector<RunEntry>& runs) {
    const bool has_trials = std::ranges::any_of(runs, [](const auto& run) { return run.description.folds > 0; });
    report::Table table({{"run", Align::left},
                         {"kind", Align::left},
                         {"status", Align::left},
                         {"model", Align::left},
                         {"target", Align::left},
                         {"table", Align::left},
                         {has_trials ? "on rows held out" : "on the test rows", Align::left}});
    std::string problems;
    for (const auto& run : runs) {
        const auto folder = run.folder.string();
        const auto& told = run.description;
        if (run.state == RunState::broken) {
            table.add_row({folder, "customers", "broken", "–", "–", "–", "–"});
            problems += fmt::format("\n{}: {}\n", folder, run.problem);
        } else {
            table.add_row({folder, "customers", std::string(state_name(run.state)), printable(told.kind),
                           printable(told.target), told.table_name(), measure_of(told)});
        }
    }
    return table.text() + problems;
}

void show_customer_run(const std::string& folder, const Output& out) {
    const auto run = customers::read_run_entry(folder);
    if (run.state == RunState::broken) throw DataError(run.problem);
    const auto& told = run.description;
    out.print(fmt::format("{}: model of customers, {} for {}, {}\n", folder, printable(told.kind), target_of(told),
                          state_name(run.state)));
    out.print(fmt::format("trained:  {}\ntable:    {}\n", run.begun, printable(told.table)));
    const auto tested = told.folds > 0 ? "the others not looked at" : fmt::format("{} to test", told.test);
    out.print(fmt::format("split:    {} rows to train on, {} (seed {}{})\n", told.train, tested, told.seed,
                          told.stratify ? ", stratified" : ""));
    if (told.is_classification && told.labels.size() == 2) {
        out.print(fmt::format("{} above the probability {:.4g}\n", printable(told.labels.back()), told.threshold));
    }
    std::string settings;
    for (const auto& [name, value] : told.settings) {
        if (value.empty() || value == "false") continue;  // not asked for
        settings += fmt::format("{}{} = {}", settings.empty() ? "" : ", ", name, one_line(value));
    }
    out.print(fmt::format("settings: {}\n\n", settings.empty() ? "not kept by an older version" : settings));
    const auto heading = told.folds > 0 ? fmt::format("mean of {} folds", told.folds) : "on the test rows";
    out.print(customer_figures_table(told.is_classification, told.figures, heading).text());
    if (run.state == RunState::interrupted) {
        out.print(told.folds > 0 ? "\nThe study ended this trial early: it has no model.\n"
                                 : "\nIts model is missing: train it again.\n");
    }
    out.write_json(with_schema("runs-show", {{"run", customers::entry_json(run)}}));
}

/// The paired tests as a table, with what they say in words.
std::string paired_tests_text(const std::vector<customers::Difference>& tests, const std::vector<std::string>& names) {
    report::Table table({{"a", Align::left},
                         {"b", Align::left},
                         {"measure", Align::left},
                         {"a − b"},
                         {"95% interval"},
                         {"p"},
                         {"verdict", Align::left}});
    for (const auto& test : tests) {
        table.add_row({names.at(std::stoul(test.a)), names.at(std::stoul(test.b)), test.metric,
                       fmt::format("{:+.4f}", test.mean), fmt::format("{:+.4f} to {:+.4f}", test.low, test.high),
                       fmt::format("{:.2g}", test.p), test.verdict});
    }
    return fmt::format(
        "\nOn the same test rows, row by row (accuracy: McNemar; roc_auc: DeLong; p with Holm's correction)\n{}",
        table.text());
}

bool are_customer_runs(const std::vector<std::string>& folders) {
    const auto is_other = [](const std::string& folder) { return !customers::is_run(folder); };
    const auto other = std::ranges::find_if(folders, is_other);
    if (other == folders.end()) return true;
    const auto customer = std::ranges::find_if_not(folders, is_other);
    if (customer == folders.end() || !runs::is_run(*other)) return false;
    throw UsageError(fmt::format("'{}' is a model of customers, '{}' a run of reviews: compare runs of one kind",
                                 *customer, *other));
}

void compare_customer_runs(const std::vector<std::string>& folders, const Output& out) {
    if (folders.size() < 2) throw UsageError("name at least two runs: there is one to compare");
    std::vector<RunEntry> runs;
    for (const auto& folder : folders) runs.push_back(customers::read_run_entry(folder));
    customers::require_comparable(runs);
    // All is read before anything is printed.
    const auto differing = customers::differing_settings(runs);
    const bool is_other_split = std::ranges::any_of(differing, [](const auto& setting) {
        constexpr std::array<std::string_view, 4> decide{"test_share", "seed", "stratify", "folds"};
        return std::ranges::find(decide, setting.name) != decide.end();
    });
    const auto tests = is_other_split ? std::vector<customers::Difference>() : customers::paired_tests(runs);
    const auto& first = runs.front().description;
    const auto metrics = customers::metrics_of(first.is_classification);
    std::vector<report::Table::Column> columns{
        {"run", Align::left}, {"model", Align::left}, {"status", Align::left}, {"test rows"}};
    for (const auto& metric : metrics) columns.push_back({std::string(metric.name)});
    report::Table table(columns);
    std::vector<report::Table::Column> names{{"setting", Align::left}};
    nlohmann::ordered_json json{{"runs", nlohmann::ordered_json::array()}};
    for (const auto& run : runs) {
        std::vector<std::string> row{run.folder.string(), printable(run.description.kind),
                                     std::string(state_name(run.state)), std::to_string(run.description.test)};
        for (const auto& metric : metrics) row.push_back(figure_text(run.description.figures.*metric.value));
        table.add_row(row);
        names.push_back({without_last_slash(run.folder).filename().string()});
        json["runs"].push_back(customers::entry_json(run));
    }
    out.print(table.text());
    json["differences"] = nlohmann::ordered_json::array();
    json["differing_settings"] = nlohmann::ordered_json::array();
    report::Table settings(names);
    for (const auto& [name, values] : differing) {
        std::vector<std::string> row{name};
        for (const auto& value : values) row.push_back(value.empty() ? "–" : one_line(value));
        settings.add_row(row);
        json["differing_settings"].push_back({{"setting", name}, {"values", values}});
    }
    out.print(differing.empty() ? "\nAll settings are the same.\n" : fmt::format("\n{}", settings.text()));
    json["paired_tests"] = nlohmann::ordered_json::array();
    for (const auto& test : tests) {
        json["paired_tests"].push_back({{"a", runs.at(std::stoul(test.a)).folder.string()},
                                        {"b", runs.at(std::stoul(test.b)).folder.string()},
                                        {"metric", test.metric},
                                        {"mean", test.mean},
                                        {"low", test.low},
                                        {"high", test.high},
                                        {"p", test.p},
                                        {"verdict", test.verdict}});
    }
    if (!tests.empty()) {
        std::vector<std::string> short_names;
        for (const auto& run : runs) short_names.push_back(without_last_slash(run.folder).filename().string());
        out.print(paired_tests_text(tests, short_names));
    }
    if (is_other_split) {
        out.print("\nThe test rows are not the same: part of every difference is which customers they are.\n");
    } else {
        out.print(tests.empty() ? "\ncustomers compare tells which differences are more than chance.\n"
                                : "\nOne split decides little: customers compare judges by repeated folds as well.\n");
    }
    out.write_json(with_schema("runs-compare", json));
}

}  // namespace cellwise::cli
