#include "data/tables/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/marked.h"

namespace cellwise::tables {
namespace {

std::vector<std::int64_t> taken(const std::vector<std::int64_t>& values, std::span<const std::int64_t> rows) {
    std::vector<std::int64_t> some;
    if (values.empty()) return some;
    some.reserve(rows.size());
    for (const auto row : rows) some.push_back(values[static_cast<std::size_t>(row)]);
    return some;
}

template <class AnyTable>
auto* find_in(AnyTable& table, std::string_view name) {
    const auto place = find_column(table, name);
    return place ? &table.columns[*place] : nullptr;
}

template <class AnyTable>
auto& fitted_in(AnyTable& table, std::string_view name) {
    if (auto* column = find_in(table, name)) return *column;
    throw DataError(
        fmt::format("{} lacks the column '{}', which the recipe was fitted on", table.origin, printable(name)));
}

std::vector<std::optional<std::string>> texts_of_numbers(const std::vector<double>& numbers) {
    std::vector<std::optional<std::string>> texts;
    for (const double x : numbers) texts.push_back(std::isnan(x) ? std::nullopt : std::optional(fmt::format("{}", x)));
    return texts;
}

}  // namespace

bool is_category(const Column& column) {
    return column.kind == Kind::category || (column.kind == Kind::boolean && !is_number(column));
}

const Column* column_of(const Table& table, std::string_view name) { return find_in(table, name); }
Column* column_of(Table& table, std::string_view name) { return find_in(table, name); }
Column& fitted_column(Table& table, std::string_view name) { return fitted_in(table, name); }
const Column& fitted_column(const Table& table, std::string_view name) { return fitted_in(table, name); }

std::vector<double> numbers_of(const Column& column) {
    if (column.integers.empty()) return column.numbers.values();
    return {column.integers.begin(), column.integers.end()};
}

Column numeric_column(std::string name, const std::vector<double>& numbers, std::string reason) {
    Column column;
    column.name = std::move(name);
    column.reason = std::move(reason);
    column.numbers = numbers;
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
    std::vector<std::int32_t> codes;
    codes.reserve(texts.size());
    for (const auto& text : texts) {
        const auto at =
            text ? std::lower_bound(column.levels.begin(), column.levels.end(), *text) : column.levels.end();
        codes.push_back(text ? static_cast<std::int32_t>(at - column.levels.begin()) : -1);
    }
    column.codes = codes;
    return column;
}

Column flag_column(std::string name, const std::vector<double>& flags, std::string reason) {
    Column column;
    column.name = std::move(name);
    column.kind = Kind::boolean;
    column.reason = std::move(reason);
    column.levels = {"0", "1"};
    std::vector<std::int32_t> codes;
    codes.reserve(flags.size());
    for (const double flag : flags) {
        assert(std::isnan(flag) || flag == 0 || flag == 1);
        codes.push_back(std::isnan(flag) ? -1 : static_cast<std::int32_t>(flag));
    }
    column.codes = codes;
    column.numbers = flags;
    return column;
}

void set_numbers(Column& column, const std::vector<double>& numbers) {
    const bool are_flags = column.kind == Kind::boolean && std::all_of(numbers.begin(), numbers.end(), [](double x) {
                               return std::isnan(x) || x == 0 || x == 1;
                           });
    if (are_flags) {
        column = flag_column(std::move(column.name), numbers, std::move(column.reason));
        return;
    }
    column.kind = Kind::numeric;
    column.codes.clear();
    column.levels.clear();
    column.integers.clear();
    column.numbers = numbers;
}

std::int32_t add_level(Column& column, const std::string& level) {
    const auto at = std::lower_bound(column.levels.begin(), column.levels.end(), level);
    const auto code = static_cast<std::int32_t>(at - column.levels.begin());
    if (at != column.levels.end() && *at == level) return code;
    column.levels.insert(at, level);
    auto codes = column.codes.values();
    for (auto& other : codes) {
        if (other >= code) ++other;
    }
    column.codes = codes;
    if (column.kind == Kind::boolean) {
        column.kind = Kind::category;
        column.numbers.clear();
    }
    return code;
}

std::int64_t fill_level(Column& column, const std::string& level) {
    if (missing_count(column) == 0) return 0;
    const auto code = add_level(column, level);
    double number = std::numeric_limits<double>::quiet_NaN();  // a boolean's, as its other cells of that level have it
    for (std::size_t i = 0; i < column.numbers.size(); ++i) {
        if (column.codes[i] == code) number = column.numbers[i];
    }
    // None has it in these rows: then the level's place tells the number, as for every boolean.
    if (std::isnan(number)) number = static_cast<double>(code);
    std::int64_t filled = 0;
    for (std::size_t i = 0; i < column.codes.size(); ++i) {
        if (column.codes[i] >= 0) continue;
        column.codes.set(i, code);
        if (!column.numbers.empty()) column.numbers.set(i, number);
        ++filled;
    }
    return filled;
}

bool match_kind(Column& column, Kind kind) {
    const bool wants_number = kind == Kind::numeric;
    const bool wants_levels = kind == Kind::category || kind == Kind::boolean;
    if (column.kind == kind || (wants_number && is_number(column)) || (kind == Kind::category && is_category(column))) {
        return true;
    }
    const auto rows = std::max({column.numbers.size(), column.codes.size(), column.integers.size()});
    if (missing_count(column) == static_cast<std::int64_t>(rows)) {
        auto empty =
            wants_number || kind == Kind::date
                ? numeric_column(column.name, std::vector<double>(rows, std::numeric_limits<double>::quiet_NaN()))
                : level_column(column.name, std::vector<std::optional<std::string>>(rows), kind);
        empty.kind = kind == Kind::boolean ? Kind::category : kind;
        column = std::move(empty);
        return true;
    }
    if (kind == Kind::boolean && is_number(column)) return true;  // 0 and 1 among which other numbers turned up
    if (wants_levels && is_number(column)) {
        column = level_column(column.name, texts_of_numbers(numbers_of(column)), Kind::category, column.reason);
        return true;
    }
    if ((wants_levels || kind == Kind::text || kind == Kind::identifier) && !column.codes.empty()) {
        column.kind = kind == Kind::boolean ? Kind::category : kind;
        column.numbers.clear();
        return true;
    }
    if (wants_number && column.kind == Kind::identifier && !column.numbers.empty()) {
        column = numeric_column(column.name, column.numbers.values(), column.reason);
        return true;
    }
    return false;
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
        if (!column.numbers.empty()) copy.numbers = column.numbers.taken(rows);
        copy.integers = taken(column.integers, rows);
        if (!column.codes.empty()) copy.codes = column.codes.taken(rows);
    }
    return part;
}

void keep_rows(Table& table, const std::vector<bool>& kept) {
    assert(kept.size() == static_cast<std::size_t>(table.rows));
    for (auto& column : table.columns) {
        if (!column.numbers.empty()) column.numbers.keep(kept);
        if (!column.integers.empty()) keep_marked(column.integers, kept);
        if (!column.codes.empty()) column.codes.keep(kept);
    }
    table.rows = std::count(kept.begin(), kept.end(), true);
}

}  // namespace cellwise::tables
