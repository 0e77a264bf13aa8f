#pragma once

#include <string>

#include "tasks/customers/understanding.h"

namespace cellwise::customers {

// Drawings for a page, as inline SVG or markup; their colours are the page's.

/// 30 bins with the density over them, and the range below.
[[nodiscard]] std::string histogram_picture(const tables::ColumnDescription& column);
/// A bar for each of the most frequent levels.
[[nodiscard]] std::string levels_picture(const tables::ColumnDescription& column);
/// A dot with its interval for each column, the strongest on top.
[[nodiscard]] std::string associations_picture(const std::vector<AssociationRecord>& associations);
/// A coloured table.
[[nodiscard]] std::string correlations_picture(const Understanding& understanding, Language language);
/// What those need of CSS.
[[nodiscard]] std::string_view picture_style();

}  // namespace cellwise::customers
