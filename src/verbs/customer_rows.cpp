#include "verbs/customer_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/json_text.h"
#include "data/tables/columns.h"
#include "data/tables/date_text.h"

namespace cellwise::verbs {
namespace {

using nlohmann::ordered_json;
using serve::Value;
using tables::Column;
using tables::Kind;

std::string date_text(double days) {
    const double whole = std::floor(days);
    const auto date = tables::civil_date(static_cast<long>(whole));
    auto text = fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    const auto seconds = std::lround((days - whole) * 86400);
    if (seconds == 0) return text;
    return text + fmt::format(" {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// A number with the digits that bring it back: 3, not 3.0, which would be another level of a category.
ordered_json number_json(double number) {
    constexpr double largest_whole = 9007199254740992.0;  // 2^53
    if (!std::isfinite(number)) return nullptr;
    if (number == std::floor(number) && std::abs(number) <= largest_whole) return static_cast<std::int64_t>(number);
    return number;
}

/// What a file would hold for it.
ordered_json cell_json(const Value& value, const Column* column) {
    if (const auto* number = std::get_if<double>(&value)) return number_json(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    const auto* flag = std::get_if<bool>(&value);
    if (flag == nullptr) return nullptr;
    if (column == nullptr) return *flag;
    if (tables::is_number(*column)) return *flag ? 1 : 0;
    // The two levels of yes and no, true and false stand in this order.
    return column->levels.size() == 2 ? ordered_json(column->levels[*flag ? 1 : 0]) : ordered_json(*flag);
}

/// A single customer has one value in a column of two, which tells nothing of a boolean.
Kind kind_to_read(Kind kind, const Column* column) {
    if (kind != Kind::boolean) return kind;
    return column != nullptr && tables::is_number(*column) ? Kind::numeric : Kind::category;
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::vector<std::string> input_columns(const customers::CustomerRun& run, const tables::Table& table) {
    std::vector<std::string> read;
    if (run.preparation.recipe().empty()) {
        read = run.preparation.features().columns();
    } else {
        for (const auto& input : run.preparation.recipe().json().at("inputs")) {
            const auto name = input.at("name").get<std::string>();
            const auto* column = tables::column_of(table, name);
            const bool is_used = column == nullptr || (column->kind != Kind::identifier && column->kind != Kind::text);
            if (is_used && name != run.target && name != run.id_column) read.push_back(name);
        }
    }
    std::vector<std::string> ordered;
    for (const auto& column : table.columns) {
        if (is_among(read, column.name)) ordered.push_back(column.name);
    }
    return ordered;
}

Value value_of(const Column& column, std::int64_t row) {
    if (tables::is_missing(column, row)) return {};
    const auto place = static_cast<std::size_t>(row);
    if (column.kind == Kind::date) return date_text(column.numbers[place]);
    if (column.kind == Kind::boolean && tables::is_number(column)) return column.numbers[place] != 0;
    if (!column.codes.empty()) return column.levels[static_cast<std::size_t>(column.codes[place])];
    if (!column.integers.empty()) return std::to_string(column.integers[place]);
    return column.numbers[place];
}

serve::Row row_of(const tables::Table& table, std::int64_t row) {
    serve::Row cells;
    for (const auto& column : table.columns) cells.emplace_back(column.name, value_of(column, row));
    return cells;
}

tables::Table table_of_rows(const customers::CustomerRun& run, const tables::Table& known,
                            const std::vector<std::string>& inputs, std::span<const serve::Row> rows) {
    auto columns = inputs;
    if (!run.id_column.empty()) columns.push_back(run.id_column);
    std::string lines;
    for (const auto& row : rows) {
        auto line = ordered_json::object();
        for (const auto& name : columns) line[name] = nullptr;
        bool has_input = false;
        for (const auto& [name, value] : row) {
            if (!line.contains(name)) continue;
            line[name] = cell_json(value, tables::column_of(known, name));
            has_input = has_input || name != run.id_column;
        }
        if (!has_input) {
            throw UsageError(
                fmt::format("a row has none of the columns that the model reads: {}", fmt::join(inputs, ", ")));
        }
        lines += json_text(line) + "\n";
    }
    tables::ReadOptions options;
    options.missing_values = run.read.missing_values;
    options.threads = 1;
    for (const auto& [name, kind] : run.read.kinds) {
        if (is_among(columns, name))
            options.kinds.emplace_back(name, kind_to_read(kind, tables::column_of(known, name)));
    }
    return tables::parse_table(lines, tables::TableForm::jsonl, "\"rows\"", options);
}

}  // namespace cellwise::verbs
