#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "cli/commands/customers_models.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/atomic_file.h"
#include "core/csv_cell.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/utf8.h"
#include "report/text/table.h"
#include "tasks/customers/prediction.h"

namespace cellwise::cli {
namespace {

namespace fs = std::filesystem;

struct AskFlags {
    std::string model, id, file, table, json, csv;
    int repeats = 10, threads = 1;
};

/// The run with the table whose rows are asked for.
struct Asked {
    customers::CustomerRun run;
    tables::Table table;
    std::vector<std::int64_t> rows;
    bool is_own_table = false;  ///< the one that the model was trained on, unchanged
};

Asked own_table(const AskFlags& flags, customers::CustomerRun run) {
    const auto path = flags.table.empty() ? run.table : flags.table;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        throw DataError(fmt::format("the run's table '{}' is not there any more: name it with --table", path));
    }
    const bool is_own = sha256_file(path) == run.table_sha256;
    if (!is_own && flags.table.empty()) {
        log::warning(fmt::format("'{}' has changed since the model was trained", path));
    }
    auto table = customers::read_table_as(path, run);
    return {std::move(run), std::move(table), {}, is_own};
}

Asked asked(const AskFlags& flags, const customers::ModelKinds& kinds) {
    if (flags.id.empty() == flags.file.empty())
        throw UsageError("give --id (a customer of the table) or --file (customers)");
    auto run = customers::load_run(flags.model, kinds);
    if (!flags.id.empty()) {
        auto result = own_table(flags, std::move(run));
        result.rows = customers::rows_of_id(result.run, result.table, flags.id);
        return result;
    }
    auto table = customers::read_table_as(flags.file, run);
    Asked result{std::move(run), std::move(table), {}, false};
    result.rows.resize(static_cast<std::size_t>(result.table.rows));
    std::iota(result.rows.begin(), result.rows.end(), std::int64_t{0});
    return result;
}

std::string name_of(const customers::CustomerPrediction& prediction) {
    return prediction.id.empty() ? fmt::format("row {}", prediction.row + 1) : prediction.id;
}

std::string answer_text(const customers::CustomerRun& run, const customers::CustomerPrediction& prediction) {
    std::string text = run.is_classification ? fmt::format("{:.4f} {}", prediction.answer, prediction.label)
                                             : fmt::format("{:.6g}", prediction.answer);
    text += "  " + name_of(prediction);
    if (prediction.trained_on)
        text += *prediction.trained_on ? "  (the model was trained on this row)" : "  (not trained on)";
    if (!prediction.unseen.empty()) {
        text += fmt::format("  (of a level that training did not have, which counts as none: {})",
                            printable(fmt::format("{}", fmt::join(prediction.unseen, ", "))));
    }
    if (!prediction.filled.empty()) {
        text += fmt::format("  (missing, filled as in training: {})",
                            printable(fmt::format("{}", fmt::join(prediction.filled, ", "))));
    }
    return text + "\n";
}

std::string reasons_text(const customers::CustomerRun& run, const customers::CustomerPrediction& prediction,
                         std::size_t most) {
    if (prediction.contributions.empty()) return "";
    report::Table table(
        {{"column", report::Table::Align::left}, {"value", report::Table::Align::left}, {"contribution"}});
    table.add_row({"(base)", "", fmt::format("{:+.4f}", prediction.base)});
    double rest = 0;
    for (std::size_t i = 0; i < prediction.contributions.size(); ++i) {
        const auto& one = prediction.contributions[i];
        if (i < most) {
            table.add_row({one.feature, one.value.empty() ? "–" : one.value, fmt::format("{:+.4f}", one.contribution)});
        } else {
            rest += one.contribution;
        }
    }
    if (prediction.contributions.size() > most) {
        table.add_row(
            {fmt::format("({} more)", prediction.contributions.size() - most), "", fmt::format("{:+.4f}", rest)});
    }
    return fmt::format("{}in {}\n", table.text(), run.model->margin_unit());
}

void write_csv(const std::string& path, const customers::CustomerRun& run,
               const std::vector<customers::CustomerPrediction>& predictions) {
    std::string text = run.is_classification ? "id,probability,label\n" : "id,value\n";
    for (const auto& one : predictions) {
        text += csv_cell(name_of(one)) + fmt::format(",{:.17g}", one.answer);
        if (run.is_classification) text += "," + csv_cell(one.label);
        text += '\n';
    }
    write_file_atomically(path, text);
}

void run_predict(const AskFlags& flags, const customers::ModelKinds& kinds) {
    require_writable("--csv", flags.csv);
    const Output out(flags.json);
    const auto input = asked(flags, kinds);
    // The reasons of many customers take long, and only JSON shows them all.
    const bool reasons = !flags.id.empty() || out.wants_json();
    auto predictions = customers::predict_rows(input.run, input.table, input.rows, reasons);
    if (input.is_own_table) customers::tell_trained_on(input.run, input.table, predictions);
    for (const auto& prediction : predictions) {
        out.print(answer_text(input.run, prediction));
        if (!flags.id.empty()) out.print(reasons_text(input.run, prediction, 8));
    }
    if (!flags.csv.empty()) write_csv(flags.csv, input.run, predictions);
    out.write_json(with_schema("customers-predictions", customers::to_json(input.run, predictions)));
}

void run_explain(const AskFlags& flags, const customers::ModelKinds& kinds) {
    const Output out(flags.json);
    if (!flags.id.empty() || !flags.file.empty()) {
        const auto input = asked(flags, kinds);
        auto predictions = customers::predict_rows(input.run, input.table, input.rows, true);
        if (input.is_own_table) customers::tell_trained_on(input.run, input.table, predictions);
        for (const auto& prediction : predictions) {
            out.print(answer_text(input.run, prediction) +
                      reasons_text(input.run, prediction, prediction.contributions.size()));
        }
        out.write_json(with_schema("customers-predictions", customers::to_json(input.run, predictions)));
        return;
    }
    const auto input = own_table(flags, customers::load_run(flags.model, kinds));
    if (!input.is_own_table) throw DataError("the importance of columns needs the table that the model was trained on");
    const auto importance = customers::permutation_importance(input.run, input.table, flags.repeats,
                                                              static_cast<std::size_t>(std::max(1, flags.threads)));
    const char* measure = input.run.is_classification ? "roc_auc" : "r2";
    report::Table table(
        {{"column", report::Table::Align::left}, {fmt::format("fall of {}", measure)}, {"95% interval"}});
    nlohmann::ordered_json columns = nlohmann::ordered_json::array();
    for (const auto& one : importance) {
        table.add_row(
            {one.column, fmt::format("{:+.4f}", one.mean), fmt::format("{:+.4f} to {:+.4f}", one.low, one.high)});
        columns.push_back({{"column", one.column}, {"mean", one.mean}, {"low", one.low}, {"high", one.high}});
    }
    out.print(fmt::format("{}: how much worse on {} test rows when a column is shuffled ({} times)\n{}",
                          input.run.title, input.run.test, flags.repeats, table.text()));
    out.write_json(with_schema(
        "customers-importance",
        {{"model", input.run.kind}, {"metric", measure}, {"repeats", flags.repeats}, {"columns", columns}}));
}

void add_ask_flags(CLI::App& command, AskFlags& flags) {
    command.add_option("--model", flags.model, "the folder that customers train made")->type_name("RUN")->required();
    command.add_option("--id", flags.id, "a customer of the run's table, or of --table");
    command.add_option("--file", flags.file, "a table of customers")->type_name("FILE");
    command.add_option("--table", flags.table, "where --id is looked up, in place of the run's table")
        ->type_name("FILE");
    command.add_option("--json", flags.json, "write the result as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(command);
}

}  // namespace

void add_customers_predict(CLI::App& customers, const customers::ModelKinds& kinds) {
    auto* command = customers.add_subcommand("predict", "a customer's probability or number, with its reasons");
    const auto flags = std::make_shared<AskFlags>();
    add_ask_flags(*command, *flags);
    command->add_option("--csv", flags->csv, "write the predictions as a table")->type_name("FILE");
    command->callback([flags, kinds] { run_predict(*flags, kinds); });
}

void add_customers_explain(CLI::App& customers, const customers::ModelKinds& kinds) {
    auto* command = customers.add_subcommand(
        "explain", "what each column adds to a customer's prediction; without a customer, which columns matter");
    const auto flags = std::make_shared<AskFlags>();
    add_ask_flags(*command, *flags);
    command->add_option("--repeats", flags->repeats, "shufflings of each column")->capture_default_str();
    command->add_option("--threads", flags->threads, "columns side by side")->capture_default_str();
    command->callback([flags, kinds] { run_explain(*flags, kinds); });
}

}  // namespace cellwise::cli
