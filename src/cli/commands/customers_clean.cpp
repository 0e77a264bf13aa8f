#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "cli/commands/customers.h"
#include "cli/flags/preparation_flags.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/atomic_file.h"
#include "core/display_width.h"
#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/recipe.h"
#include "data/tables/synthetic_customers.h"
#include "data/tables/table_file.h"
#include "data/tables/write_table.h"
#include "report/text/table.h"

namespace cellwise::cli {
namespace {

struct CleanFlags {
    CustomerTableFlags table;
    PreparationFlags preparation;
    std::string target, output, write_recipe, json;
};

/// What was read and what is left.
struct Sizes {
    std::int64_t rows = 0;
    std::size_t columns = 0;
};

Sizes sizes_of(const tables::Table& table) { return {table.rows, table.columns.size()}; }

/// At most `width` characters; the rest is three dots.
std::string shortened(const std::string& text, std::size_t width) {
    std::string shown = printable(text);
    if (display_width(shown) <= width) return shown;
    while (!shown.empty() && display_width(shown) > width - 1) {
        shown.pop_back();
        while (!shown.empty() && first_invalid_utf8(shown)) shown.pop_back();
    }
    return shown + "…";
}

std::string text_of(const std::vector<tables::StepRecord>& records, const Sizes& before, const Sizes& after,
                    const CleanFlags& flags, const std::string& origin) {
    using Align = report::Table::Align;
    report::Table table(
        {{"step", Align::left}, {"column", Align::left}, {"what was done", Align::left}, {"cells"}, {"rows out"}});
    for (const auto& record : records) {
        table.add_row({record.step, shortened(record.column, 18), shortened(record.did, 35),
                       fmt::format("{}", record.cells), fmt::format("{}", record.rows)});
    }
    std::string text = shortened(origin, 78) + "\n\n";
    text += records.empty() ? "nothing had to be done\n" : table.text();
    text += fmt::format("\nrows: {} read, {} removed, {} written\ncolumns: {} read, {} written\n", before.rows,
                        before.rows - after.rows, after.rows, before.columns, after.columns);
    return text + flags.output + "\n";
}

nlohmann::ordered_json json_of(const std::vector<tables::StepRecord>& records, const Sizes& before, const Sizes& after,
                               const CleanFlags& flags, const std::string& origin) {
    auto steps = nlohmann::ordered_json::array();
    for (const auto& record : records) {
        steps.push_back({{"step", record.step},
                         {"column", record.column},
                         {"did", record.did},
                         {"cells", record.cells},
                         {"rows", record.rows}});
    }
    return {{"table", origin},
            {"output", flags.output},
            {"rows", {{"read", before.rows}, {"removed", before.rows - after.rows}, {"written", after.rows}}},
            {"columns", {{"read", before.columns}, {"written", after.columns}}},
            {"steps", steps}};
}

tables::Table table_of(const CustomerTableFlags& flags) {
    if (!flags.table.empty()) return tables::read_table(flags.table, read_options(flags));
    std::string text;
    tables::write_synthetic_customers({}, [&](std::string_view piece) { text += piece; });
    return tables::parse_table(text, tables::TableForm::delimited, std::string(tables::synthetic_origin),
                               read_options(flags));
}

void run_clean(const CleanFlags& flags) {
    auto recipe = recipe_of(flags.preparation);
    const Output output(flags.json);
    require_writable("--output", flags.output);
    require_writable("--write-recipe", flags.write_recipe);
    auto table = table_of(flags.table);
    tables::Protected kept;
    for (const auto& [flag, name] : {std::pair<std::string_view, const std::string&>("--target", flags.target),
                                     {"--id-column", flags.table.id_column}}) {
        if (name.empty()) continue;
        (void)tables::require_column(table, name, flag);
        kept.push_back(name);
    }
    recipe.set_protected(std::move(kept));
    const auto before = sizes_of(table);
    recipe.fit_apply(table);
    const auto after = sizes_of(table);
    tables::write_table(table, flags.output);
    if (!flags.write_recipe.empty()) write_file_atomically(flags.write_recipe, recipe.toml());
    output.print(text_of(recipe.records(), before, after, flags, table.origin));
    output.write_json(with_schema("customers-clean", json_of(recipe.records(), before, after, flags, table.origin)));
}

}  // namespace

void add_customers_clean(CLI::App& customers) {
    auto flags = std::make_shared<CleanFlags>();
    auto* command = customers.add_subcommand("clean", "fill, clip, compute and write a table anew");
    add_customer_table_flags(*command, flags->table);
    command->add_option("--output", flags->output, "the new table: .csv, or .tsv with tabs")
        ->required()
        ->type_name("FILE");
    command->add_option("--target", flags->target, "the column that is predicted, which stays as it is")
        ->type_name("NAME");
    add_preparation_flags(*command, flags->preparation);
    command->add_option("--write-recipe", flags->write_recipe, "the steps as a TOML file, for --recipe")
        ->type_name("FILE.toml");
    command->add_option("--json", flags->json, "a JSON document, or - for standard output")->type_name("FILE");
    add_display_flags(*command);
    command->callback([flags] { run_clean(*flags); });
    command->footer(
        "Without a flag, numbers that are missing become the median and categories the most frequent level.\n"
        "Example:\n"
        "  cellwise customers clean telco_churn.csv --target Churn --missing TotalCharges=constant:0 \\\n"
        "    --feature \"per_month = TotalCharges / (tenure + 1)\" --output clean.csv");
}

}  // namespace cellwise::cli
