#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace cellwise::data {

inline DataError row_error(const std::string& origin, std::size_t line, std::string_view what) {
    return DataError(fmt::format("{}, line {}: {}", origin, line, what));
}

/// Names of columns as they stand in a message: a dozen, each cut to forty bytes.
inline std::string shown_names(const std::vector<std::string>& names) {
    constexpr std::size_t most_names = 12, most_bytes = 40;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most_names); ++i) {
        auto size = std::min(names[i].size(), most_bytes);
        while (size < names[i].size() && size > 0 && (static_cast<unsigned char>(names[i][size]) & 0xC0u) == 0x80u)
            --size;
        text += (i > 0 ? ", " : "") + names[i].substr(0, size) + (size < names[i].size() ? "…" : "");
    }
    if (names.size() > most_names) text += ", …";
    return text.empty() ? "nothing" : text;
}

}  // namespace cellwise::data
