#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/table.h"

namespace cellwise::tables {

/// A number for people: six significant digits.
inline std::string number_text(double number) { return fmt::format("{:.6g}", number); }

/// Reads a finite number. Throws UsageError; `where` stands in front.
inline double parse_number(std::string_view text, std::string_view where) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
        throw UsageError(fmt::format("{}: '{}' is not a number", printable(where), printable(text)));
    }
    return value;
}

/// Whether the column's cells are numbers alone: no levels stand for them but 0 and 1.
inline bool has_number_cells(const Column& column) { return is_number(column) || column.kind == Kind::date; }

}  // namespace cellwise::tables
