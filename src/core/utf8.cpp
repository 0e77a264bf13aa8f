#include "core/utf8.h"

#include <fmt/format.h>

#include <cassert>
#include <cstdint>
#include <iterator>

namespace cellwise {
namespace {

/// One decoded code point; length 0 where the bytes are not UTF-8.
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t length = 0;
};

CodePoint code_point_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const std::uint32_t lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || at + length > text.size()) return {};
    std::uint32_t value = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0u) != 0x80u) return {};
        value = value << 6 | (byte(i) & 0x3Fu);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (overlong || surrogate || value > 0x10FFFF) return {};
    return {value, length};
}

bool is_blank(std::uint32_t point) {
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0xA0 || (point >= 0x2000 && point <= 0x200A) ||
           point == 0x202F || point == 0x205F || point == 0x3000;
}

bool steers(std::uint32_t point) {
    const bool is_control = point < 0x20 || (point >= 0x7F && point < 0xA0);
    const bool turns = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    return (is_control && point != '\t' && point != '\n') || turns;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        const auto point = code_point_at(text, at);
        if (point.length == 0 || (point.length == 1 && steers(point.value))) {
            fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(text[at]));
        } else if (steers(point.value)) {
            fmt::format_to(std::back_inserter(shown), "\\u{:04x}", point.value);
        } else {
            shown += text.substr(at, point.length);
        }
        at += point.length == 0 ? 1 : point.length;
    }
    return shown;
}

namespace {

std::string escaped_byte(char byte) { return fmt::format("\\x{:02x}", static_cast<unsigned char>(byte)); }

std::optional<int> hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    return std::nullopt;
}

/// The byte that an escape at this place stands for.
std::optional<char> escaped_byte_at(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) != "\\x" || at + 4 > text.size()) return std::nullopt;
    const auto high = hex_digit(text[at + 2]), low = hex_digit(text[at + 3]);
    if (!high || !low) return std::nullopt;
    return static_cast<char>(*high << 4 | *low);
}

std::string with_escaped_bytes(std::string_view text, bool escapes_backslash) {
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = code_point_at(text, at).length;
        const bool is_escaped = length == 0 || (escapes_backslash && escaped_byte_at(text, at));
        shown += is_escaped ? escaped_byte(text[at]) : std::string(text.substr(at, length));
        at += length == 0 ? 1 : length;
    }
    return shown;
}

}  // namespace

std::string visible_bytes(std::string_view text) { return with_escaped_bytes(text, false); }
std::string text_of_bytes(std::string_view bytes) { return with_escaped_bytes(bytes, true); }

std::string bytes_of_text(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = escaped_byte_at(text, at);
        bytes += byte ? *byte : text[at];
        at += byte ? 4 : 1;
    }
    return bytes;
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto point = code_point_at(text, at);
        if (point.length == 0) return at;
        at += point.length;
    }
    return std::nullopt;
}

std::vector<std::string> words_between_blanks(std::string_view text) {
    assert(!first_invalid_utf8(text));
    std::vector<std::string> words;
    std::string word;
    const auto finish = [&] {
        if (!word.empty()) words.push_back(word);
        word.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto point = code_point_at(text, at);
        const std::size_t length = point.length == 0 ? 1 : point.length;
        if (is_blank(point.value) && point.length > 0) {
            finish();
        } else {
            word += text.substr(at, length);
        }
        at += length;
    }
    finish();
    return words;
}

}  // namespace cellwise
