#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise {

/// The byte at which a text stops being UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above
/// U+10FFFF), counted from 0; nothing if it is UTF-8 to its end.
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// The words between blanks: space, tab, line ends, and Unicode's spaces U+00A0, U+2000 … U+200A, U+202F,
/// U+205F, U+3000. The text must be UTF-8.
[[nodiscard]] std::vector<std::string> words_between_blanks(std::string_view text);

/// The text as it can be shown: what would steer a terminal (control characters but tab and line end, marks that turn
/// the direction of writing) and bytes that are not UTF-8 become \x1b or \u202e. For messages that quote files.
[[nodiscard]] std::string printable(std::string_view text);

/// The text with its bytes that are not UTF-8 as \xb8; all else as it is.
[[nodiscard]] std::string visible_bytes(std::string_view text);

/// Any bytes as UTF-8 text that bytes_of_text() reads again: as visible_bytes(), and a backslash that could be taken
/// for the begin of such a byte becomes \x5c.
[[nodiscard]] std::string text_of_bytes(std::string_view bytes);
[[nodiscard]] std::string bytes_of_text(std::string_view text);

}  // namespace cellwise
