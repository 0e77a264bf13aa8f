#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/compact_values.h"

namespace cellwise::tables {

/// What a column holds, decided over all of its rows.
enum class Kind { numeric, boolean, category, date, text, identifier };

/// A spelling that often stands for a missing value (NA, ?, null, -) and was not read as one, with how many cells
/// hold it.
struct Spelling {
    std::string text;
    std::int64_t count = 0;
};

/// One named column of a table, with one value a row.
///
/// numeric, boolean (0 and 1) and date (days since 1970-01-01, with a fraction for the time of day) keep `numbers`,
/// NaN where missing. category, text and identifier keep `codes` into `levels`, -1 where missing; a boolean keeps both,
/// and so does an identifier whose cells are all plain numbers. `levels` are distinct and in the order of their bytes,
/// so that codes compare as their texts do.
struct Column {
    std::string name;
    Kind kind = Kind::numeric;
    std::string reason;  ///< why it is of this kind, for people
    CompactValues<double> numbers;
    std::vector<std::int64_t> integers;  ///< in place of `numbers` where whole numbers pass 2^53; then none is missing
    CompactValues<std::int32_t> codes;
    std::vector<std::string> levels;
    std::vector<Spelling> spellings;  ///< in the order of their texts
};

/// Columns of equal length, with where they are from.
struct Table {
    std::string origin;  ///< a path, or what messages call it
    std::int64_t rows = 0;
    std::vector<Column> columns;
    std::vector<std::string> notes;  ///< what its reader did that people should know: renamed headers, the encoding
};

/// The kind's name in flags and JSON: numeric, boolean, category, date, text, identifier.
[[nodiscard]] std::string_view kind_name(Kind kind);
/// Reads a kind's name. Throws UsageError for any other word.
[[nodiscard]] Kind parse_kind(std::string_view name);

/// The place of the column of that name; nothing if there is none.
[[nodiscard]] std::optional<std::size_t> find_column(const Table& table, std::string_view name);
/// The same, or UsageError that tells the nearest name; `flag` is what named it ("--target").
[[nodiscard]] std::size_t require_column(const Table& table, std::string_view name, std::string_view flag);

/// Whether the cells were written as numbers: a numeric column, or a boolean of 0 and 1 (not of yes and no). Models
/// take those as they are and other booleans as categories of two levels.
[[nodiscard]] bool is_number(const Column& column);
[[nodiscard]] bool is_missing(const Column& column, std::int64_t row);
[[nodiscard]] std::int64_t missing_count(const Column& column);

}  // namespace cellwise::tables
