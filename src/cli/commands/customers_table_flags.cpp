#include "cli/commands/customers.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/command_list.h"
#include "core/error.h"

namespace cellwise::cli {
namespace {

std::pair<std::string, tables::Kind> column_kind(const std::string& text) {
    const auto equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0) {
        throw UsageError(fmt::format("--column: '{}' is not NAME=KIND", text));
    }
    try {
        return {text.substr(0, equals), tables::parse_kind(text.substr(equals + 1))};
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("--column {}: {}", text, error.what()));
    }
}

}  // namespace

void add_customer_table_flags(CLI::App& command, CustomerTableFlags& flags) {
    command.add_option("table", flags.table, "a CSV, TSV or JSONL table; without it the synthetic one")
        ->type_name("TABLE");
    command
        .add_option("--column", flags.columns, "a column's kind: numeric, category, boolean, date, text, identifier")
        ->type_name("NAME=KIND");
    command.add_option("--missing-value", flags.missing_values, "a spelling of a missing value; blanks always are")
        ->type_name("TEXT");
    command.add_option("--id-column", flags.id_column, "the column that names the customers")->type_name("NAME");
    command.add_option("--encoding", flags.encoding, "utf-8, cp949, latin-1 or utf-16")->type_name("NAME");
    command.add_option("--delimiter", flags.delimiter, "the character between cells: , ; | or tab; default: detected")
        ->type_name("CHARACTER");
    command.add_option("--quoting", flags.quoting, "what a double quote means: auto, standard or none")
        ->capture_default_str();
    command.add_flag("--no-header", flags.no_header, "the first row is data");
}

tables::ReadOptions read_options(const CustomerTableFlags& flags) {
    tables::ReadOptions options;
    for (const auto& column : flags.columns) options.kinds.push_back(column_kind(column));
    options.missing_values = flags.missing_values;
    options.encoding = flags.encoding;
    if (!flags.delimiter.empty()) options.delimiter = data::delimiter_named(flags.delimiter, "--delimiter");
    if (flags.quoting == "standard") {
        options.quoting = data::Quoting::standard;
    } else if (flags.quoting == "none") {
        options.quoting = data::Quoting::none;
    } else if (flags.quoting != "auto") {
        throw UsageError(fmt::format("--quoting: '{}' is none of auto, standard and none", flags.quoting));
    }
    options.header = !flags.no_header;
    return options;
}

CLI::App& add_customers_command(CLI::App& app) {
    auto* customers = add_command(app, "customers");
    customers->require_subcommand(1);
    customers->footer(
        "Examples:\n"
        "  cellwise customers describe telco_churn.csv --target Churn --html telco.html   what is in it, what is "
        "wrong\n"
        "  cellwise customers compare telco_churn.csv --target Churn --stratify           which model is best, and how "
        "sure");
    return *customers;
}

}  // namespace cellwise::cli
