#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/table.h"

namespace cellwise::tables {

/// "numeric", "boolean", … as --column takes it.
[[nodiscard]] std::string_view kind_name(Kind kind);
[[nodiscard]] std::optional<Kind> kind_of(std::string_view name);

/// The column of that name, or nullptr.
[[nodiscard]] const Column* find_column(const Table& table, std::string_view name);

/// Throws UsageError naming the columns that there are, twelve at most.
[[nodiscard]] const Column& require_column(const Table& table, std::string_view name, std::string_view asked_by);

/// Whether the column keeps `numbers`: all kinds of it do, or its `integers`.
[[nodiscard]] inline bool has_numbers(const Column& column) {
    return column.kind == Kind::numeric || column.kind == Kind::boolean || column.kind == Kind::date;
}

/// Whether models and statistics read the column as numbers: numeric, or boolean and written as 0 and 1.
[[nodiscard]] bool is_number(const Column& column);

/// Whether the column is one of levels: a category, or a boolean that is not written as 0 and 1.
[[nodiscard]] bool is_category(const Column& column);

[[nodiscard]] bool is_missing(const Column& column, std::size_t row);
[[nodiscard]] std::int64_t missing_count(const Column& column);

/// [rows]: a column's numbers, NaN where missing; `integers` as doubles.
[[nodiscard]] std::vector<double> numbers_of(const Column& column);

[[nodiscard]] Column numeric_column(std::string name, std::vector<double> numbers, std::string reason = {});

/// A column with one text a row, nothing where missing.
[[nodiscard]] Column level_column(std::string name, const std::vector<std::optional<std::string>>& texts,
                                  Kind kind = Kind::category, std::string reason = {});

/// A column of 0 and 1, NaN where missing.
[[nodiscard]] Column flag_column(std::string name, std::vector<double> flags, std::string reason = {});

/// The code of a level, which joins the column's levels if it is not among them.
std::int32_t add_level(Column& column, const std::string& level);

/// The given rows of the table, in their order.
[[nodiscard]] Table take_rows(const Table& table, std::span<const std::int64_t> rows);

/// Keeps the rows whose mark is true.
void keep_rows(Table& table, const std::vector<bool>& kept);

}  // namespace cellwise::tables
