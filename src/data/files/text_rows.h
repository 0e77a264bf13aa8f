#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::data {

/// How texts lie in a file: one a line; delimited by RFC 4180 with a header line (commas, or tabs); or one
/// JSON object a line.
enum class RowForm { lines, csv, tsv, jsonl };

/// By the name's ending: .csv, .tsv, .jsonl and .ndjson; lines for all others.
[[nodiscard]] RowForm row_form_of(const std::filesystem::path& path);
[[nodiscard]] bool is_table_name(std::string_view name);

/// The text with LF for every CRLF.
[[nodiscard]] std::string with_plain_line_ends(std::string text);

/// A column (of JSON objects: a member) that is wanted, and the flag that names it.
struct WantedColumn {
    std::string name;
    std::string_view flag;
    bool is_text = true;  ///< in JSON: must be a string; else a number or truth value will do, as its text
};

struct TextRow {
    std::vector<std::string> values;  ///< one for each wanted column
    std::size_t line = 0;             ///< on which the row begins, from 1
};

/// The rows of a file's content, a byte order mark before it ignored, line ends LF or CRLF. Empty lines of a
/// table are passed over, and line ends within a text become LF (a CR would join the word before it); of `lines` each
/// is a row, and `columns` must be one. `origin` stands in messages. Throws DataError naming the line and what was
/// expected: no such column (and those there are), no JSON object, another number of cells than the header's, a quote
/// without an end, a value that is not UTF-8, a line of JSON of more than 16 MiB.
[[nodiscard]] std::vector<TextRow> read_text_rows(std::string_view content, RowForm form,
                                                  const std::vector<WantedColumn>& columns, const std::string& origin);

}  // namespace cellwise::data
