#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cellwise::data {

/// What a double quote at the beginning of a cell means.
enum class Quoting {
    standard,   ///< RFC 4180: the cell ends at the next quote; a quote within it stands twice
    backslash,  ///< likewise, but a quote within it has a backslash before it, as MySQL and Kaggle write
    none,       ///< a letter like others
};

/// What ends a line: LF, CRLF, CR CR LF (a CRLF file written once more in text mode) or CR alone (old Macs).
enum class LineEnds { lf, crlf, cr_crlf, cr };

/// How the cells of a delimited text lie.
struct Dialect {
    char delimiter = ',';
    Quoting quoting = Quoting::standard;
    LineEnds line_ends = LineEnds::lf;
    bool has_header = true;           ///< whether the first row looks like names rather than like the rows below it
    bool declares_delimiter = false;  ///< the first line is "sep=;", as Excel wants it: no row, to be passed over
};

/// What is known about a text beforehand.
struct DialectHints {
    std::optional<char> delimiter;   ///< given: not looked for
    std::optional<Quoting> quoting;  ///< likewise
    char likely_delimiter = ',';     ///< the one that its file's name speaks of; it wins where several fit
};

/// The line ends of a text, by its first ones. CR alone counts only where no LF stands within the text.
[[nodiscard]] LineEnds line_ends_of(std::string_view text);

/// The text with LF for each of its line ends if they are CR CR LF or CR alone; others are left as they are.
[[nodiscard]] std::string with_known_line_ends(std::string text);

/// The delimiter that a flag names: , ; | or a tab, which may be written tab or \t. Throws UsageError beginning with
/// `where` for anything but one such character.
[[nodiscard]] char delimiter_named(std::string_view name, std::string_view where);

/// Tells the dialect of a UTF-8 text from the text. The line ends must be known ones.
///
/// - A first line "sep=;" says the delimiter, as Excel reads it; it is no row.
/// - Else the delimiter is the one of , tab ; | that gives the most rows as many cells as the first row has, two or
/// more.
/// - Quotes are standard where that reads the whole text in rows of one width; else escaped by a backslash, else
///   letters, where that does. They are letters, too, where a quoted cell of several lines is rows: each of its lines
///   has the width and, in every column of numbers or of a few values, such a value, and no quote in it stands twice.
/// - The first row is a header unless it has a number where the column has numbers, a value that its column of few
///   values has again, or a cell of five words and more.
///
/// Throws DataError beginning with `origin` where some quoted cells have swallowed rows and others are texts of several
/// lines: the text must be mended, or the quoting said.
[[nodiscard]] Dialect dialect_of(std::string_view text, const DialectHints& hints, const std::string& origin);

}  // namespace cellwise::data
