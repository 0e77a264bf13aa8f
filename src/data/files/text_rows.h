#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/files/text_settings.h"

namespace cellwise::data {

/// How texts lie in a file: one a line; delimited (csv and tsv differ in the delimiter that is likely); or JSON
/// objects, one a line or in an array.
enum class RowForm { lines, csv, tsv, jsonl };

/// What the name's ending speaks of (before .gz, .bz2, .xz, .zst or .zip), in any case: .csv, .tsv, .jsonl, .ndjson and
/// .json; lines for all others.
[[nodiscard]] RowForm row_form_of(const std::filesystem::path& path);
[[nodiscard]] bool is_table_name(std::string_view name);

/// The text with LF for every CRLF.
[[nodiscard]] std::string with_plain_line_ends(std::string text);

/// A file's text in UTF-8, with line ends that read_text_rows knows. Throws what decode throws.
[[nodiscard]] std::string text_of_bytes(std::string bytes, const TextSettings& settings, const std::string& origin);
/// The same of a file of rows, which may be packed. Throws what unpacked_file throws, too.
[[nodiscard]] std::string text_of_rows(std::string bytes, const TextSettings& settings, const std::string& origin);

/// The form that a text has; `likely` is what its name speaks of, and decides where the content does not. Texts one a
/// line are told from a table by the first line, which must name `text_column`. Throws DataError for lines that are a
/// table by tabs without that column.
[[nodiscard]] RowForm form_of_content(std::string_view text, RowForm likely, const std::string& text_column,
                                      const TextSettings& settings, const std::string& origin);

/// A column (of JSON objects: a member) that is wanted, and the flag that names it.
struct WantedColumn {
    std::string name;
    std::string_view flag;
    bool is_text = true;  ///< in JSON: must be a string; else a number or truth value will do, as its text
};

struct TextRow {
    std::vector<std::string> values;  ///< one for each wanted column
    std::size_t line = 0;             ///< on which the row begins, from 1
    std::vector<std::string> cells;   ///< all of the row, if they are kept
};

struct TextTable {
    std::vector<std::string> columns;  ///< all of them, in order; none of lines
    std::vector<std::size_t> places;   ///< of the wanted columns among them
    std::vector<TextRow> rows;
};

/// The rows of a text. Empty lines of a table are passed over, and line ends within a text become LF (a CR would join
/// the word before it); of `lines` each is a row, and `columns` must be one. Columns are found by their names: exactly,
/// else without blanks around them and in any case. Without a header they are numbers from 1, and the names text and
/// label stand for the column of the longest texts and for the one of a few values. Members of JSON objects that are
/// null are empty; NaN and Infinity, which Python writes, are null. `keep_cells`: rows have all their cells, too.
///
/// `origin` stands in messages. Throws DataError naming the line and what was expected: no such column (and those there
/// are), no JSON object, another number of cells than the header's, a quote without an end, an object of more than
/// 16 MiB.
[[nodiscard]] TextTable read_text_rows(std::string_view text, RowForm form, const std::vector<WantedColumn>& columns,
                                       const std::string& origin, const TextSettings& settings = {},
                                       bool keep_cells = false);

}  // namespace cellwise::data
