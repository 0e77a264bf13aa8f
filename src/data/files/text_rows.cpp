#include "data/files/text_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "data/files/column_names.h"
#include "data/files/csv.h"
#include "data/files/delimited_rows.h"
#include "data/files/json_rows.h"
#include "data/files/packed_file.h"
#include "data/files/row_error.h"

namespace cellwise::data {
namespace {

/// Calls use(line's text without its end) for every line.
template <class Use>
void for_each_line(std::string_view text, Use&& use) {
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        auto line = text.substr(begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        begin = end + 1;
        use(line);
    }
}

TextTable read_lines(std::string_view text) {
    TextTable table;
    for_each_line(text, [&](std::string_view line) {
        table.rows.push_back({{std::string(line)}, table.rows.size() + 1, {}});
    });
    return table;
}

/// How many of a delimiter each line has, if all have as many.
std::size_t even_count(std::string_view text, char delimiter) {
    std::size_t lines = 0, count = 0;
    bool is_even = true;
    for_each_line(text, [&](std::string_view line) {
        if (line.empty()) return;
        const auto own = static_cast<std::size_t>(std::count(line.begin(), line.end(), delimiter));
        if (lines++ == 0) count = own;
        is_even = is_even && own == count;
    });
    return is_even && lines > 1 ? count : 0;
}

/// Whether the first line, cut by one of the delimiters, names the column.
bool first_line_names(std::string_view text, const std::string& column) {
    const auto first = text.substr(0, text.find('\n'));
    for (const char delimiter : std::string_view(",\t;|")) {
        std::vector<std::string> cells;
        CsvReader reader(first, delimiter, "", Quoting::none);
        if (!reader.read(cells) || cells.size() < 2) continue;
        for (auto& cell : cells) std::erase(cell, '"');
        if (place_of_column(cells, column)) return true;
    }
    return false;
}

}  // namespace

RowForm row_form_of(const std::filesystem::path& path) {
    auto extension = std::filesystem::path(without_packing(path.string())).extension().string();
    for (char& letter : extension)
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    if (extension == ".csv") return RowForm::csv;
    if (extension == ".tsv" || extension == ".tab") return RowForm::tsv;
    return extension == ".jsonl" || extension == ".ndjson" || extension == ".json" ? RowForm::jsonl : RowForm::lines;
}

bool is_table_name(std::string_view name) { return row_form_of(name) != RowForm::lines; }

std::string with_plain_line_ends(std::string text) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') text[kept++] = text[i];
    }
    text.resize(kept);
    return text;
}

std::string text_of_rows(std::string bytes, const TextSettings& settings, const std::string& origin) {
    if (auto text = unpacked_file(bytes, origin)) bytes = std::move(*text);
    return text_of_bytes(std::move(bytes), settings, origin);
}

std::string text_of_bytes(std::string bytes, const TextSettings& settings, const std::string& origin) {
    return with_known_line_ends(decode(std::move(bytes), settings.bytes(), origin));
}

RowForm form_of_content(std::string_view text, RowForm likely, const std::string& text_column,
                        const TextSettings& settings, const std::string& origin) {
    if (looks_like_json_rows(text)) return RowForm::jsonl;
    if (likely == RowForm::csv || likely == RowForm::tsv) return likely;
    if (first_line_names(text, text_column)) return RowForm::tsv;
    if (likely == RowForm::jsonl) return likely;
    const auto delimiter = settings.delimiter.empty() ? '\t' : delimiter_named(settings.delimiter, "--delimiter");
    if (even_count(text, delimiter) == 0) return RowForm::lines;
    if (settings.no_header) return RowForm::tsv;
    throw DataError(
        fmt::format("{} is a table: each of its lines has {} cells. Name the texts' column with "
                    "--text-column (without a header line: --no-header), or say --input-format lines.",
                    origin, even_count(text, delimiter) + 1));
}

TextTable read_text_rows(std::string_view text, RowForm form, const std::vector<WantedColumn>& columns,
                         const std::string& origin, const TextSettings& settings, bool keep_cells) {
    switch (form) {
        case RowForm::lines:
            if (columns.size() != 1) throw InternalError("read_text_rows: a line is one column");
            return read_lines(text);
        case RowForm::csv:
            return read_delimited_rows(text, ',', columns, settings, origin, keep_cells);
        case RowForm::tsv:
            return read_delimited_rows(text, '\t', columns, settings, origin, keep_cells);
        case RowForm::jsonl:
            return read_json_rows(text, columns, origin, keep_cells);
    }
    throw InternalError("read_text_rows: no such form");
}

}  // namespace cellwise::data
