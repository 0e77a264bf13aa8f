#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cellwise::data {

/// How a text's characters lie in its bytes.
enum class Encoding { utf8, cp949, latin1, utf16 };

/// utf-8, cp949, latin-1 or utf-16: the words that --encoding takes.
[[nodiscard]] std::string_view encoding_name(Encoding encoding);

/// The encoding that a name means, in any case and also as utf8, uhc, euc-kr, latin1, iso-8859-1, utf16. Throws
/// UsageError beginning with `where` (a flag or a file) for another one.
[[nodiscard]] Encoding encoding_named(std::string_view name, std::string_view where);

/// What bytes that are not UTF-8 look like; nothing for bytes that are UTF-8. UTF-16 has a byte order mark, or a NUL
/// in every second byte; CP949 (the Korean Windows) converts as a whole and is mostly Hangul; the rest is called
/// Latin-1, in which every byte is a character.
[[nodiscard]] std::optional<Encoding> likely_encoding(std::string_view bytes);

/// The text in UTF-8, without a byte order mark. UTF-16 takes its byte order from the mark, or else from where the
/// NULs of its Latin letters lie. Bytes asked for as UTF-8 that begin with UTF-16's mark are read as UTF-16: UTF-8
/// never begins so.
///
/// Throws DataError beginning with `origin` and naming the line (from 1) and the byte in it (from 1) at which the text
/// is not of this encoding, with what it looks like and the flag that says so; and for a NUL, which no text has.
/// Throws EnvironmentError if the C library has no table of the encoding.
[[nodiscard]] std::string decode(std::string bytes, Encoding encoding, const std::string& origin);

}  // namespace cellwise::data
