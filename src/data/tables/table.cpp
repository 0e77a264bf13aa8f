#include "data/tables/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/edit_distance.h"
#include "core/error.h"

namespace cellwise::tables {
namespace {

struct NamedKind {
    Kind kind;
    std::string_view name;
};

constexpr std::array named_kinds{NamedKind{Kind::numeric, "numeric"},   NamedKind{Kind::boolean, "boolean"},
                                 NamedKind{Kind::category, "category"}, NamedKind{Kind::date, "date"},
                                 NamedKind{Kind::text, "text"},         NamedKind{Kind::identifier, "identifier"}};

}  // namespace

std::string_view kind_name(Kind kind) { return named_kinds[static_cast<std::size_t>(kind)].name; }

Kind parse_kind(std::string_view name) {
    for (const auto& named : named_kinds) {
        if (named.name == name) return named.kind;
    }
    throw UsageError(fmt::format(
        "'{}' is no kind of column: numeric, boolean, category, date, text or identifier is expected", name));
}

std::optional<std::size_t> find_column(const Table& table, std::string_view name) {
    const auto found = std::ranges::find(table.columns, name, &Column::name);
    if (found == table.columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - table.columns.begin());
}

std::size_t require_column(const Table& table, std::string_view name, std::string_view flag) {
    if (const auto place = find_column(table, name)) return *place;
    std::string names;
    constexpr std::size_t most_shown = 12;
    for (std::size_t i = 0; i < std::min(most_shown, table.columns.size()); ++i) {
        names += (i > 0 ? ", " : "") + table.columns[i].name;
    }
    if (table.columns.size() > most_shown) names += fmt::format(", … ({} in all)", table.columns.size());
    std::vector<std::string> candidates;
    for (const auto& column : table.columns) candidates.push_back(column.name);
    const auto near = nearest_word(name, candidates);
    const std::string hint = near ? fmt::format(" Did you mean '{}'?", *near) : "";
    throw UsageError(
        fmt::format("{}: {} has no column '{}'.{}\nIts columns: {}", flag, table.origin, name, hint, names));
}

bool is_number(const Column& column) {
    if (column.kind == Kind::numeric) return true;
    return column.kind == Kind::boolean && column.levels.size() == 2 && column.levels[0] == "0" &&
           column.levels[1] == "1";
}

bool is_missing(const Column& column, std::int64_t row) {
    const auto place = static_cast<std::size_t>(row);
    if (!column.codes.empty()) return column.codes[place] < 0;
    return !column.numbers.empty() && std::isnan(column.numbers[place]);
}

std::int64_t missing_count(const Column& column) {
    const auto count = [](const auto& values, auto&& is_absent) {
        return values.visit([&](auto view) {
            std::int64_t absent = 0;
            for (std::size_t i = 0; i < view.size(); ++i) absent += is_absent(view[i]);
            return absent;
        });
    };
    if (!column.codes.empty()) return count(column.codes, [](std::int32_t code) { return code < 0; });
    return count(column.numbers, [](double value) { return std::isnan(value); });
}

}  // namespace cellwise::tables
