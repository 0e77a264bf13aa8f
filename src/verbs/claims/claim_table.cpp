#include "verbs/claims/claim_table.h"

#include <fmt/format.h>

#include <filesystem>
#include <numeric>

#include "core/error.h"
#include "core/hash.h"
#include "core/log.h"
#include "data/reviews/locate.h"
#include "data/tables/columns.h"
#include "data/tables/synthetic_customers.h"
#include "data/tables/table_file.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

/// Where the table lies; nothing: the SYNTHETIC customers are to be taken.
std::optional<fs::path> place_of(const ClaimTable& table, const std::optional<std::string>& data) {
    if (table.is_own) return fs::path(table.file);
    if (table.is_synthetic || data == "synthetic") return std::nullopt;
    return data::find_file(data, table.file);
}

tables::Table first_rows(const tables::Table& table, std::int64_t count) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
    return tables::take_rows(table, rows);
}

/// The built-in customers in the place of a table with such a target.
FoundTable synthetic_table(bool is_classification) {
    std::string text;
    tables::write_synthetic_customers({}, [&](std::string_view piece) { text += piece; });
    FoundTable found;
    found.table = tables::parse_table(text, tables::TableForm::delimited, std::string(tables::synthetic_origin), {});
    found.source = {"synthetic", "", sha256(text)};
    found.leave_out = {"after_sales_calls"};
    if (!is_classification) found.leave_out.emplace_back("total_spend_thousands");
    return found;
}

}  // namespace

const std::vector<ClaimTable>& claim_tables() {
    static const std::vector<ClaimTable> all{
        {"telco", "Telco", "telco_churn.csv", "Churn"},
        {"hdma", "Hdma", "customers/Hdma.csv", "deny", true, {"NA"}},
        {"computers", "Computers", "customers/Computers.csv", "price", false},
        {"synthetic", "the SYNTHETIC customers", "", "target", true, {}, false, true}};
    return all;
}

FoundTable find_table(const ClaimTable& table, const std::optional<std::string>& data, std::int64_t rows) {
    const auto path = place_of(table, data);
    FoundTable found;
    customers::TargetOptions options{table.target, "", table.is_classification};
    if (path) {
        tables::ReadOptions reading;
        reading.missing_values = table.missing_values;
        found.table = tables::read_table(*path, reading);
        found.source = {path->filename().string(), path->string(), sha256_file(*path)};
    } else {
        if (!table.is_synthetic) {
            log::notice(fmt::format("{} was not found among the data (--data): the SYNTHETIC customers take its place",
                                    table.file));
        }
        found = synthetic_table(table.is_classification);
        options.column = table.is_classification ? "target" : "total_spend";
    }
    if (rows > 0 && rows < found.table.rows) found.table = first_rows(found.table, rows);
    found.target = customers::target_of(found.table, options);
    if (found.target.is_classification && found.target.classes() != 2) {
        throw UsageError(fmt::format("--target {}: the claims are about two labels or a number, and it has {} labels",
                                     found.target.column, found.target.classes()));
    }
    return found;
}

ClaimTable own_table(const std::string& path, const std::string& target,
                     const std::vector<std::string>& missing_values) {
    ClaimTable table{"own-table", fs::path(path).filename().string(), path, target, true, missing_values, true};
    tables::ReadOptions reading;
    reading.missing_values = missing_values;
    table.is_classification =
        customers::target_of(tables::read_table(path, reading), {target, "", {}}).is_classification;
    return table;
}

}  // namespace cellwise::verbs
