#include "core/display_width.h"

#include <cstdint>
#include <utility>

namespace cellwise {
namespace {

// The code point that starts at text[at]; moves `at` behind it. Broken UTF-8 counts byte by byte.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const int following = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    std::uint32_t point = following == 0 ? lead : lead & (0x3Fu >> following);
    for (int i = 0; i < following && at < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if ((byte & 0xC0u) != 0x80u) break;
        point = point << 6 | (byte & 0x3Fu);
        ++at;
    }
    return point;
}

// East Asian Wide and Fullwidth blocks, and combining marks (Unicode Standard Annex 11).
std::size_t columns_of(std::uint32_t point) {
    constexpr std::pair<std::uint32_t, std::uint32_t> wide[] = {
        {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xA960, 0xA97C},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if (point >= 0x300 && point <= 0x36F) return 0;
    for (const auto& [first, last] : wide) {
        if (point >= first && point <= last) return 2;
    }
    return 1;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with("\x1b[")) {  // a colour: up to its letter
            at += 2;
            while (at < text.size() && (text[at] == ';' || (text[at] >= '0' && text[at] <= '9'))) ++at;
            if (at < text.size()) ++at;
        } else {
            width += columns_of(next_code_point(text, at));
        }
    }
    return width;
}

}  // namespace cellwise
