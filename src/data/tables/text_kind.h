#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/column_kind.h"
#include "data/tables/number_text.h"

namespace cellwise::tables {

/// decide_kind for a column whose cells are kept as texts.
[[nodiscard]] Column decide_texts(WholeColumn&& whole, std::optional<Kind> given, const CellSource& source);

/// The style in which all of the texts are numbers; nothing if there is none. A comma between groups of three digits
/// counts as a mark between thousands where both readings fit, unless semicolons divide the cells.
[[nodiscard]] std::optional<NumberStyle> agreed_style(const std::vector<WholeColumn::Level>& levels, char delimiter);

/// no/yes, false/true and their like in any case, in that order of their bytes.
[[nodiscard]] bool are_truth_values(std::string_view no, std::string_view yes);

}  // namespace cellwise::tables
