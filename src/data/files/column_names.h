#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::data {

/// The text without the blanks around it: ASCII's, no-break and Unicode's spaces, and marks that take no room.
[[nodiscard]] std::string_view without_blanks_around(std::string_view text);

/// Where a column of this name stands: spelt exactly so, else the only one that is it without the blanks around it and
/// in any case; nothing if there is none.
[[nodiscard]] std::optional<std::size_t> place_of_column(const std::vector<std::string>& names, std::string_view name);

}  // namespace cellwise::data
