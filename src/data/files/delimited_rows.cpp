#include "data/files/delimited_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/log.h"
#include "data/files/column_facts.h"
#include "data/files/column_names.h"
#include "data/files/csv.h"
#include "data/files/dialect.h"
#include "data/files/row_error.h"

namespace cellwise::data {
namespace {

using Rows = std::vector<std::pair<std::size_t, std::vector<std::string>>>;  // line, cells

/// The column of the longest texts, among those whose cells differ in length if there are some.
std::size_t text_place(const std::vector<ColumnFacts>& facts) {
    const auto longest = std::max_element(facts.begin(), facts.end(), [](const auto& one, const auto& other) {
        return std::pair(one.varies_in_words(), one.mean_words()) <
               std::pair(other.varies_in_words(), other.mean_words());
    });
    return static_cast<std::size_t>(longest - facts.begin());
}

/// The only column of a few values, two or more, beside that of the texts; else the only one of two.
std::optional<std::size_t> label_place(const std::vector<ColumnFacts>& facts, std::size_t texts) {
    std::vector<std::size_t> few, two;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        if (i == texts || !facts[i].are_few() || facts[i].values().size() < 2) continue;
        few.push_back(i);
        if (facts[i].values().size() == 2) two.push_back(i);
    }
    if (facts.size() == 2) return 1 - texts;
    if (few.size() == 1) return few.front();
    if (two.size() == 1) return two.front();
    return std::nullopt;
}

class PlaceFinder {
public:
    PlaceFinder(const std::vector<WantedColumn>& columns, const std::string& origin)
        : columns_(columns), origin_(origin) {}

    [[nodiscard]] std::vector<std::size_t> by_header(const std::vector<std::string>& header, std::size_t line,
                                                     bool looks_like_header) const {
        std::vector<std::size_t> places;
        for (const auto& column : columns_) {
            const auto place = place_of_column(header, column.name);
            if (!place) {
                throw row_error(
                    origin_, line,
                    fmt::format(
                        "there is no column '{}'; the columns are: {}. Name one with {}{}.", column.name,
                        shown_names(header), column.flag,
                        looks_like_header ? "" : "; if this line is a text and names nothing, say --no-header"));
            }
            places.push_back(*place);
        }
        return places;
    }

    [[nodiscard]] std::vector<std::size_t> by_number(const Rows& rows, std::size_t width) const {
        std::vector<ColumnFacts> facts(width);
        for (const auto& [line, cells] : rows) {
            for (std::size_t i = 0; i < width; ++i) facts[i].add(cells[i]);
        }
        std::vector<std::size_t> places;
        std::string told;
        for (const auto& column : columns_) {
            const bool is_default = column.name == (column.is_text ? "text" : "label");
            const auto place = is_default ? by_content(facts, column) : numbered(column, width);
            places.push_back(place);
            if (is_default) told += fmt::format("{}{} is {}", told.empty() ? "" : ", ", column.flag, place + 1);
        }
        if (!told.empty() && width > 1) log::notice(fmt::format("{}: told by their content, {}", origin_, told));
        return places;
    }

private:
    std::size_t by_content(const std::vector<ColumnFacts>& facts, const WantedColumn& column) const {
        const auto texts = text_place(facts);
        if (column.is_text) return texts;
        if (const auto labels = label_place(facts, texts)) return *labels;
        throw DataError(
            fmt::format("{}: which of its {} columns has the labels cannot be told: name it by its number, "
                        "from 1, with {}",
                        origin_, facts.size(), column.flag));
    }

    std::size_t numbered(const WantedColumn& column, std::size_t width) const {
        std::size_t number = 0;
        const auto* last = column.name.data() + column.name.size();
        const auto [end, code] = std::from_chars(column.name.data(), last, number);
        if (code == std::errc() && end == last && number >= 1 && number <= width) return number - 1;
        throw DataError(
            fmt::format("{}: there is no column '{}': without a header the columns are the numbers 1 to {}. "
                        "Name one with {}.",
                        origin_, column.name, width, column.flag));
    }

    const std::vector<WantedColumn>& columns_;
    const std::string& origin_;
};

TextRow row_of(std::vector<std::string> cells, std::size_t line, const std::vector<std::size_t>& places,
               bool keep_cells) {
    TextRow row{{}, line, {}};
    for (const auto place : places) row.values.push_back(with_plain_line_ends(cells[place]));
    if (keep_cells) row.cells = std::move(cells);
    return row;
}

}  // namespace

TextTable read_delimited_rows(std::string_view text, char likely_delimiter, const std::vector<WantedColumn>& columns,
                              const TextSettings& settings, const std::string& origin, bool keep_cells) {
    const auto dialect = dialect_of(text, settings.hints(likely_delimiter), origin);
    CsvReader reader(text, dialect.delimiter, origin, dialect.quoting);
    const PlaceFinder finder(columns, origin);
    TextTable table;
    std::vector<std::string> cells;
    Rows rows;  // those of a table without a header, whose columns are known when all are read
    if (dialect.declares_delimiter) (void)reader.read(cells);
    if (!reader.read(cells)) {
        throw DataError(fmt::format("{} is empty{}", origin, settings.no_header ? "" : "; a header line is needed"));
    }
    const auto width = cells.size();
    if (settings.no_header) {
        for (std::size_t i = 1; i <= width; ++i) table.columns.push_back(fmt::format("{}", i));
        rows.emplace_back(reader.line(), cells);
    } else {
        table.columns = cells;
        table.places = finder.by_header(cells, reader.line(), dialect.has_header);
    }
    while (reader.read(cells)) {
        if (cells.size() != width) {
            throw row_error(origin, reader.line(),
                            fmt::format("{} cells, the {} has {}", cells.size(),
                                        settings.no_header ? "first line" : "header", width));
        }
        if (settings.no_header) {
            rows.emplace_back(reader.line(), cells);
        } else {
            table.rows.push_back(row_of(cells, reader.line(), table.places, keep_cells));
        }
    }
    if (settings.no_header) table.places = finder.by_number(rows, width);
    for (auto& [line, row] : rows) table.rows.push_back(row_of(std::move(row), line, table.places, keep_cells));
    return table;
}

}  // namespace cellwise::data
