#include "data/tables/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"

namespace cellwise::tables {
namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 6> kinds{{{Kind::numeric, "numeric"},
                                                                  {Kind::boolean, "boolean"},
                                                                  {Kind::category, "category"},
                                                                  {Kind::date, "date"},
                                                                  {Kind::text, "text"},
                                                                  {Kind::identifier, "identifier"}}};
constexpr std::size_t most_names = 12;  // in a message

template <class T>
void take(std::vector<T>& values, const std::vector<T>& from, std::span<const std::int64_t> rows) {
    if (from.empty()) return;
    values.reserve(rows.size());
    for (const auto row : rows) values.push_back(from[static_cast<std::size_t>(row)]);
}

template <class T>
void keep(std::vector<T>& values, const std::vector<bool>& kept) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (kept[i]) values[next++] = values[i];
    }
    values.resize(next);
}

std::string names_of(const Table& table) {
    std::string names;
    for (std::size_t i = 0; i < std::min(table.columns.size(), most_names); ++i) {
        names += (i == 0 ? "" : ", ") + table.columns[i].name;
    }
    if (table.columns.size() > most_names) names += fmt::format(", … ({} in all)", table.columns.size());
    return printable(names);
}

}  // namespace

std::string_view kind_name(Kind kind) {
    for (const auto& [value, name] : kinds) {
        if (value == kind) return name;
    }
    return "";
}

std::optional<Kind> kind_of(std::string_view name) {
    for (const auto& [value, text] : kinds) {
        if (text == name) return value;
    }
    return std::nullopt;
}

const Column* find_column(const Table& table, std::string_view name) {
    for (const auto& column : table.columns) {
        if (column.name == name) return &column;
    }
    return nullptr;
}

const Column& require_column(const Table& table, std::string_view name, std::string_view asked_by) {
    if (const auto* column = find_column(table, name)) return *column;
    throw UsageError(fmt::format("{}: {} has no column '{}'\nIts columns: {}", printable(asked_by), table.origin,
                                 printable(name), names_of(table)));
}

bool is_number(const Column& column) {
    if (column.kind == Kind::numeric) return true;
    return column.kind == Kind::boolean && std::all_of(column.levels.begin(), column.levels.end(),
                                                       [](const auto& level) { return level == "0" || level == "1"; });
}

bool is_category(const Column& column) {
    return column.kind == Kind::category || (column.kind == Kind::boolean && !is_number(column));
}

bool is_missing(const Column& column, std::size_t row) {
    if (!column.integers.empty()) return false;
    return has_numbers(column) ? std::isnan(column.numbers[row]) : column.codes[row] < 0;
}

std::int64_t missing_count(const Column& column) {
    if (!column.integers.empty()) return 0;
    if (has_numbers(column)) {
        return std::count_if(column.numbers.begin(), column.numbers.end(), [](double x) { return std::isnan(x); });
    }
    return std::count_if(column.codes.begin(), column.codes.end(), [](std::int32_t code) { return code < 0; });
}

std::vector<double> numbers_of(const Column& column) {
    if (column.integers.empty()) return column.numbers;
    std::vector<double> numbers;
    numbers.reserve(column.integers.size());
    for (const auto value : column.integers) numbers.push_back(static_cast<double>(value));
    return numbers;
}

Column numeric_column(std::string name, std::vector<double> numbers, std::string reason) {
    Column column;
    column.name = std::move(name);
    column.reason = std::move(reason);
    column.numbers = std::move(numbers);
    return column;
}

Column level_column(std::string name, const std::vector<std::optional<std::string>>& texts, Kind kind,
                    std::string reason) {
    Column column;
    column.name = std::move(name);
    column.kind = kind;
    column.reason = std::move(reason);
    for (const auto& text : texts) {
        if (text) column.levels.push_back(*text);
    }
    std::sort(column.levels.begin(), column.levels.end());
    column.levels.erase(std::unique(column.levels.begin(), column.levels.end()), column.levels.end());
    column.codes.reserve(texts.size());
    for (const auto& text : texts) {
        if (!text) {
            column.codes.push_back(-1);
            continue;
        }
        const auto at = std::lower_bound(column.levels.begin(), column.levels.end(), *text);
        column.codes.push_back(static_cast<std::int32_t>(at - column.levels.begin()));
    }
    return column;
}

Column flag_column(std::string name, std::vector<double> flags, std::string reason) {
    Column column;
    column.name = std::move(name);
    column.kind = Kind::boolean;
    column.reason = std::move(reason);
    column.levels = {"0", "1"};
    column.codes.reserve(flags.size());
    for (const double flag : flags) {
        assert(std::isnan(flag) || flag == 0 || flag == 1);
        column.codes.push_back(std::isnan(flag) ? -1 : static_cast<std::int32_t>(flag));
    }
    column.numbers = std::move(flags);
    return column;
}

std::int32_t add_level(Column& column, const std::string& level) {
    const auto at = std::lower_bound(column.levels.begin(), column.levels.end(), level);
    const auto code = static_cast<std::int32_t>(at - column.levels.begin());
    if (at != column.levels.end() && *at == level) return code;
    column.levels.insert(at, level);
    for (auto& other : column.codes) {
        if (other >= code) ++other;
    }
    return code;
}

Table take_rows(const Table& table, std::span<const std::int64_t> rows) {
    Table part;
    part.origin = table.origin;
    part.rows = static_cast<std::int64_t>(rows.size());
    part.columns.reserve(table.columns.size());
    for (const auto& column : table.columns) {
        auto& copy = part.columns.emplace_back();
        copy.name = column.name;
        copy.kind = column.kind;
        copy.reason = column.reason;
        copy.levels = column.levels;
        take(copy.numbers, column.numbers, rows);
        take(copy.integers, column.integers, rows);
        take(copy.codes, column.codes, rows);
    }
    return part;
}

void keep_rows(Table& table, const std::vector<bool>& kept) {
    assert(kept.size() == static_cast<std::size_t>(table.rows));
    for (auto& column : table.columns) {
        keep(column.numbers, kept);
        keep(column.integers, kept);
        keep(column.codes, kept);
    }
    table.rows = std::count(kept.begin(), kept.end(), true);
}

}  // namespace cellwise::tables
