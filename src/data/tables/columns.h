#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/table.h"

namespace cellwise::tables {

/// A number that is missing.
inline constexpr double absent = std::numeric_limits<double>::quiet_NaN();

/// Whether the column is one of levels: a category, or a boolean that is not written as 0 and 1.
[[nodiscard]] bool is_category(const Column& column);

/// The column of that name, or nullptr.
[[nodiscard]] const Column* column_of(const Table& table, std::string_view name);
[[nodiscard]] Column* column_of(Table& table, std::string_view name);

/// The column that was there when a step was fitted. Throws DataError naming it if the table lacks it.
[[nodiscard]] Column& fitted_column(Table& table, std::string_view name);
[[nodiscard]] const Column& fitted_column(const Table& table, std::string_view name);

/// [rows]: a column's numbers, NaN where missing; `integers` as doubles.
[[nodiscard]] std::vector<double> numbers_of(const Column& column);

/// Calls use(numbers) with the column's numbers as they are kept, and returns what it does: numbers[row] is a double or
/// a large whole number, and NaN where missing. What keeps them is asked once, not for every row.
template <class Use>
auto visit_numbers(const Column& column, Use&& use) {
    return column.integers.empty() ? column.numbers.visit(use) : use(column.integers);
}

[[nodiscard]] Column numeric_column(std::string name, const std::vector<double>& numbers, std::string reason = {});

/// A column with one text a row, nothing where missing.
[[nodiscard]] Column level_column(std::string name, const std::vector<std::optional<std::string>>& texts,
                                  Kind kind = Kind::category, std::string reason = {});

/// A column of 0 and 1, NaN where missing.
[[nodiscard]] Column flag_column(std::string name, const std::vector<double>& flags, std::string reason = {});

/// Puts new numbers into a column that is_number(). A column of 0 and 1 becomes numeric if others are among them.
void set_numbers(Column& column, const std::vector<double>& numbers);

/// The code of a level, which joins the column's levels if it is not among them; a boolean then becomes a category.
std::int32_t add_level(Column& column, const std::string& level);

/// Sets the missing cells of a column of levels and returns how many there were.
std::int64_t fill_level(Column& column, const std::string& level);

/// Makes the column one of the other kind, if its values allow: a column without a value becomes any kind, numbers
/// become a category's levels. Whether it is now (or was) of that kind.
[[nodiscard]] bool match_kind(Column& column, Kind kind);

/// The given rows of the table, in their order.
[[nodiscard]] Table take_rows(const Table& table, std::span<const std::int64_t> rows);

/// Keeps the rows whose mark is true. kept: [rows].
void keep_rows(Table& table, const std::vector<bool>& kept);

}  // namespace cellwise::tables
