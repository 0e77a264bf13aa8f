#include "data/files/encoding.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"

namespace cellwise::data {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF", little_mark = "\xFF\xFE", big_mark = "\xFE\xFF";

/// The names that glibc's and musl's iconv know.
const char* table_name(Encoding encoding, bool is_big_endian) {
    switch (encoding) {
        case Encoding::utf8:
            return "UTF-8";
        case Encoding::cp949:
            return "CP949";
        case Encoding::latin1:
            return "ISO-8859-1";
        case Encoding::utf16:
            return is_big_endian ? "UTF-16BE" : "UTF-16LE";
    }
    throw InternalError("table_name: no such encoding");
}

struct Converted {
    std::string text;
    std::optional<std::size_t> bad_byte;  ///< where the input is not of the encoding
};

Converted convert(std::string_view bytes, const char* table) {
    const auto descriptor = ::iconv_open("UTF-8", table);
    if (descriptor == reinterpret_cast<iconv_t>(-1)) {
        throw EnvironmentError(
            fmt::format("this system's C library cannot convert {}: convert the file to UTF-8 (on "
                        "Fedora and its like install glibc-gconv-extra)",
                        table));
    }
    const std::unique_ptr<std::remove_pointer_t<iconv_t>, decltype(&::iconv_close)> closer(descriptor, &::iconv_close);
    Converted result;
    result.text.reserve(bytes.size() + bytes.size() / 2);
    std::array<char, 1 << 16> block;
    auto* input = const_cast<char*>(bytes.data());  // iconv does not write there
    std::size_t left = bytes.size();
    while (left > 0) {
        char* output = block.data();
        std::size_t room = block.size();
        const auto status = ::iconv(descriptor, &input, &left, &output, &room);
        result.text.append(block.data(), block.size() - room);
        if (status == static_cast<std::size_t>(-1) && errno != E2BIG) {
            result.bad_byte = bytes.size() - left;
            break;
        }
    }
    return result;
}

/// Of every second byte, how many are NUL: {the even ones, the odd ones}.
std::pair<double, double> nul_shares(std::string_view bytes) {
    const auto sample = bytes.substr(0, std::size_t{1} << 16);
    std::array<std::size_t, 2> nuls{};
    for (std::size_t i = 0; i < sample.size(); ++i) nuls[i % 2] += sample[i] == '\0' ? 1 : 0;
    const double pairs = static_cast<double>(std::max<std::size_t>(1, sample.size() / 2));
    return {static_cast<double>(nuls[0]) / pairs, static_cast<double>(nuls[1]) / pairs};
}

bool has_utf16_mark(std::string_view bytes) { return bytes.starts_with(little_mark) || bytes.starts_with(big_mark); }

/// Latin letters have a NUL each; of Korean alone the blanks and line ends do, and they still lie on one side.
bool looks_like_utf16(std::string_view bytes) {
    if (has_utf16_mark(bytes)) return true;
    const auto [even, odd] = nul_shares(bytes);
    return std::max(even, odd) > 0.1 && std::max(even, odd) > 8 * std::min(even, odd);
}

bool looks_like_cp949(std::string_view bytes) {
    const auto sample = bytes.substr(0, std::size_t{1} << 20);
    const auto converted = convert(sample, table_name(Encoding::cp949, false));
    // The sample may end within a character.
    if (converted.bad_byte && *converted.bad_byte + 1 < sample.size()) return false;
    std::size_t hangul = 0, beyond_ascii = 0;
    for (std::size_t i = 0; i < converted.text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(converted.text[i]);
        beyond_ascii += byte >= 0xC0 ? 1 : 0;            // a character's first byte
        hangul += byte >= 0xEA && byte <= 0xED ? 1 : 0;  // U+A000 … U+D7FF: syllables from U+AC00 on
    }
    return beyond_ascii > 0 && 2 * hangul >= beyond_ascii;
}

/// "line 3: … at its byte 7" for a byte of a text whose line ends are single bytes.
std::string place_of(std::string_view bytes, std::size_t at, std::string_view what) {
    const auto before = bytes.substr(0, at);
    auto line_break = before.find_last_of('\n');
    auto count = std::count(before.begin(), before.end(), '\n');
    if (count == 0) {  // perhaps CR alone
        line_break = before.find_last_of('\r');
        count = std::count(before.begin(), before.end(), '\r');
    }
    const std::size_t in_line = line_break == std::string_view::npos ? at : at - line_break - 1;
    return fmt::format("line {}: {} at its byte {}", count + 1, what, in_line + 1);
}

std::string remedy(std::string_view bytes) {
    const auto likely = likely_encoding(bytes);
    if (!likely) return "";
    const std::string_view title = *likely == Encoding::cp949    ? "CP949 (Korean Windows)"
                                   : *likely == Encoding::latin1 ? "Latin-1 (Western Windows)"
                                                                 : "UTF-16";
    return fmt::format("; it looks like {}: say --encoding {}, or save it as UTF-8", title, encoding_name(*likely));
}

void require_utf8(std::string_view bytes, const std::string& origin) {
    if (bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4)) ||
        bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4))) {
        throw DataError(fmt::format("{} is UTF-32: save it as UTF-8", origin));
    }
    const auto nul = bytes.find('\0');
    const auto invalid = first_invalid_utf8(bytes);
    if (nul != std::string_view::npos && (!invalid || nul < *invalid)) {
        const auto likely = looks_like_utf16(bytes) ? remedy(bytes) : "; a text has none: the file is damaged";
        throw DataError(fmt::format("{}, {}{}", origin, place_of(bytes, nul, "a NUL byte"), likely));
    }
    if (invalid) {
        throw DataError(fmt::format("{}, {}{}", origin, place_of(bytes, *invalid, "not UTF-8"), remedy(bytes)));
    }
}

std::string from_utf16(std::string_view bytes, const std::string& origin) {
    bool is_big_endian = false;
    if (has_utf16_mark(bytes)) {
        is_big_endian = bytes.starts_with(big_mark);
        bytes.remove_prefix(little_mark.size());
    } else {
        const auto [even, odd] = nul_shares(bytes);
        if (even == 0 && odd == 0 && !first_invalid_utf8(bytes)) {
            throw DataError(fmt::format("{} is UTF-8, not UTF-16: leave --encoding out", origin));
        }
        is_big_endian = even > odd;
    }
    auto converted = convert(bytes, table_name(Encoding::utf16, is_big_endian));
    if (converted.bad_byte) {
        throw DataError(fmt::format("{}, {}", origin, place_of(converted.text, converted.text.size(), "not UTF-16")));
    }
    return std::move(converted.text);
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
    switch (encoding) {
        case Encoding::utf8:
            return "utf-8";
        case Encoding::cp949:
            return "cp949";
        case Encoding::latin1:
            return "latin-1";
        case Encoding::utf16:
            return "utf-16";
    }
    throw InternalError("encoding_name: no such encoding");
}

Encoding encoding_named(std::string_view name, std::string_view where) {
    std::string plain;
    for (const char letter : name) {
        if (letter == '-' || letter == '_') continue;
        plain += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    if (plain == "utf8") return Encoding::utf8;
    if (plain == "cp949" || plain == "uhc" || plain == "euckr" || plain == "ms949") return Encoding::cp949;
    if (plain == "latin1" || plain == "iso88591") return Encoding::latin1;
    if (plain == "utf16" || plain == "utf16le" || plain == "utf16be") return Encoding::utf16;
    throw UsageError(fmt::format("{}: '{}' is none of utf-8, cp949, latin-1, utf-16", where, name));
}

std::optional<Encoding> likely_encoding(std::string_view bytes) {
    if (looks_like_utf16(bytes)) return Encoding::utf16;
    if (!first_invalid_utf8(bytes)) return std::nullopt;
    try {
        return looks_like_cp949(bytes) ? Encoding::cp949 : Encoding::latin1;
    } catch (const EnvironmentError&) {  // only a guess
        return Encoding::latin1;
    }
}

std::string decode(std::string bytes, Encoding encoding, const std::string& origin) {
    if (encoding == Encoding::utf16 || (encoding == Encoding::utf8 && has_utf16_mark(bytes) &&
                                        !bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4)))) {
        bytes = from_utf16(bytes, origin);
        encoding = Encoding::utf8;
    } else if (encoding != Encoding::utf8) {
        if (has_utf16_mark(bytes)) {
            throw DataError(
                fmt::format("{} is UTF-16, not {}: say --encoding utf-16", origin, encoding_name(encoding)));
        }
        auto converted = convert(bytes, table_name(encoding, false));
        if (converted.bad_byte) {
            const auto what = fmt::format("not {}", encoding_name(encoding));
            const auto place = place_of(bytes, *converted.bad_byte, what);
            const bool is_utf8 = !first_invalid_utf8(bytes);
            throw DataError(
                fmt::format("{}, {}{}", origin, place, is_utf8 ? "; it is UTF-8: leave --encoding out" : ""));
        }
        bytes = std::move(converted.text);
    }
    if (bytes.starts_with(utf8_mark)) bytes.erase(0, utf8_mark.size());
    require_utf8(bytes, origin);
    return bytes;
}

}  // namespace cellwise::data
