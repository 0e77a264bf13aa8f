#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "data/tables/table.h"
#include "data/tables/whole_column.h"

namespace cellwise::tables {

/// What a message about a cell needs to know.
struct CellSource {
    std::string origin;
    std::function<std::size_t(std::size_t place)> line_of;
    char delimiter = ',';
};

/// Decides what the column is by all of its cells, and says why. `given` is a kind that the user asked for: then
/// DataError, naming the line of the first cell that is not of it. Consumes `whole`.
[[nodiscard]] Column decide_kind(WholeColumn&& whole, std::optional<Kind> given, const CellSource& source);

/// Whether a name is that of an identifier: one of its words is id, uuid, guid, key, 번호 or 아이디 (customerID,
/// customer_id, Order-Key).
[[nodiscard]] bool names_identifier(std::string_view name);

/// Whether a text is one that often stands for a missing value: NA, N/A, ?, null, none, nan, - and their like.
[[nodiscard]] bool looks_missing(std::string_view text);

}  // namespace cellwise::tables
