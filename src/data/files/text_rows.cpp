#include "data/files/text_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"
#include "data/files/csv.h"

namespace cellwise::data {
namespace {

// A parsed line may take forty times its bytes, if it is all brackets.
constexpr std::size_t most_json_line_bytes = std::size_t{16} << 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

DataError error_at(const std::string& origin, std::size_t line, std::string_view what) {
    return DataError(fmt::format("{}, line {}: {}", origin, line, what));
}

/// Calls use(line's text without its end, its number) for every line.
template <class Use>
void for_each_line(std::string_view content, Use&& use) {
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        auto line = content.substr(begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        begin = end + 1;
        use(line, ++number);
    }
}

std::vector<TextRow> read_lines(std::string_view content, const std::string& origin) {
    std::vector<TextRow> rows;
    for_each_line(content, [&](std::string_view line, std::size_t number) {
        if (const auto byte = first_invalid_utf8(line)) {
            throw error_at(origin, number, fmt::format("not UTF-8 at its byte {}", *byte + 1));
        }
        rows.push_back({{std::string(line)}, number});
    });
    return rows;
}

std::vector<TextRow> read_delimited(std::string_view content, char delimiter, const std::vector<WantedColumn>& columns,
                                    const std::string& origin) {
    CsvReader reader(content, delimiter, origin);
    std::vector<std::string> header;
    if (!reader.read(header)) throw DataError(fmt::format("{} is empty; a header line is needed", origin));
    for (const auto& name : header) {
        if (first_invalid_utf8(name)) throw error_at(origin, reader.line(), "the header is not UTF-8");
    }
    std::vector<std::size_t> places;
    for (const auto& column : columns) {
        const auto found = std::find(header.begin(), header.end(), column.name);
        if (found == header.end()) {
            throw error_at(origin, reader.line(),
                           fmt::format("there is no column '{}'; the columns are: {}. Name one with {}.", column.name,
                                       fmt::join(header, ", "), column.flag));
        }
        places.push_back(static_cast<std::size_t>(found - header.begin()));
    }
    std::vector<TextRow> rows;
    std::vector<std::string> cells;
    while (reader.read(cells)) {
        if (cells.size() != header.size()) {
            throw error_at(origin, reader.line(),
                           fmt::format("{} cells, the header has {}", cells.size(), header.size()));
        }
        TextRow row{{}, reader.line()};
        for (std::size_t i = 0; i < places.size(); ++i) {
            auto cell = cells[places[i]];
            if (const auto byte = first_invalid_utf8(cell)) {
                throw error_at(origin, row.line,
                               fmt::format("column '{}' is not UTF-8 at its byte {}", columns[i].name, *byte + 1));
            }
            row.values.push_back(with_plain_line_ends(std::move(cell)));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string value_of(const nlohmann::json& object, const WantedColumn& column, const std::string& origin,
                     std::size_t line) {
    const auto found = object.find(column.name);
    if (found == object.end()) {
        std::vector<std::string> names;
        for (const auto& [name, value] : object.items()) names.push_back(name);
        throw error_at(origin, line,
                       fmt::format("the object has no \"{}\"; it has: {}. Name one with {}.", column.name,
                                   names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", ")), column.flag));
    }
    if (found->is_string()) return with_plain_line_ends(found->get<std::string>());
    if (column.is_text) throw error_at(origin, line, fmt::format("\"{}\" is no text", column.name));
    return found->is_primitive() ? found->dump() : std::string(found->type_name());
}

std::vector<TextRow> read_json_lines(std::string_view content, const std::vector<WantedColumn>& columns,
                                     const std::string& origin) {
    std::vector<TextRow> rows;
    for_each_line(content, [&](std::string_view line, std::size_t number) {
        if (line.find_first_not_of(" \t") == std::string_view::npos) return;
        if (line.size() > most_json_line_bytes) {
            throw error_at(origin, number, fmt::format("longer than the {} bytes of one text", most_json_line_bytes));
        }
        if (const auto byte = first_invalid_utf8(line)) {
            throw error_at(origin, number, fmt::format("not UTF-8 at its byte {}", *byte + 1));
        }
        const auto object = nlohmann::json::parse(line, nullptr, false);
        if (!object.is_object()) throw error_at(origin, number, "no JSON object; one object a line is needed");
        TextRow row{{}, number};
        for (const auto& column : columns) row.values.push_back(value_of(object, column, origin, number));
        rows.push_back(std::move(row));
    });
    return rows;
}

}  // namespace

RowForm row_form_of(const std::filesystem::path& path) {
    const auto extension = path.extension();
    if (extension == ".csv") return RowForm::csv;
    if (extension == ".tsv") return RowForm::tsv;
    return extension == ".jsonl" || extension == ".ndjson" ? RowForm::jsonl : RowForm::lines;
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

std::vector<TextRow> read_text_rows(std::string_view content, RowForm form, const std::vector<WantedColumn>& columns,
                                    const std::string& origin) {
    if (content.starts_with(byte_order_mark)) content.remove_prefix(byte_order_mark.size());
    switch (form) {
        case RowForm::lines:
            if (columns.size() != 1) throw InternalError("read_text_rows: a line is one column");
            return read_lines(content, origin);
        case RowForm::csv:
            return read_delimited(content, ',', columns, origin);
        case RowForm::tsv:
            return read_delimited(content, '\t', columns, origin);
        case RowForm::jsonl:
            return read_json_lines(content, columns, origin);
    }
    throw InternalError("read_text_rows: no such form");
}

}  // namespace cellwise::data
