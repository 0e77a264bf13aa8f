#pragma once

#include <cstddef>
#include <string_view>

namespace cellwise {

/// How many terminal columns a UTF-8 text fills: Korean syllables take two, colour sequences (ESC [ … m) none.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace cellwise
