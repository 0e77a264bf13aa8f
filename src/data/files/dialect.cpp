#include "data/files/dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "core/error.h"
#include "data/files/column_facts.h"
#include "data/files/csv.h"

namespace cellwise::data {
namespace {

constexpr std::size_t sampled_rows = 1000;
constexpr std::string_view delimiters = ",\t;|";

/// What reading a text by one delimiter and one quoting gives.
struct Reading {
    std::size_t width = 0;  ///< cells of the first row
    std::size_t rows = 0;
    std::size_t even_rows = 0;  ///< rows of that width
    bool failed = false;        ///< a quote without an end, or text behind one
    [[nodiscard]] bool is_even() const { return !failed && rows > 0 && even_rows == rows; }
    [[nodiscard]] double share() const {
        return width < 2 ? 0 : static_cast<double>(even_rows) / static_cast<double>(rows + (failed ? 1 : 0));
    }
};

Reading reading_of(std::string_view text, char delimiter, Quoting quoting, std::size_t most_rows) {
    CsvReader reader(text, delimiter, "", quoting);
    Reading reading;
    std::vector<std::string> cells;
    try {
        while (reading.rows < most_rows && reader.read(cells)) {
            if (reading.rows++ == 0) reading.width = cells.size();
            reading.even_rows += cells.size() == reading.width ? 1 : 0;
        }
    } catch (const DataError&) {
        reading.failed = true;
    }
    return reading;
}

std::vector<Quoting> quotings(std::string_view text, const DialectHints& hints) {
    if (hints.quoting) return {*hints.quoting};
    if (text.find('"') == std::string_view::npos) return {Quoting::standard};
    if (text.find("\\\"") == std::string_view::npos) return {Quoting::standard, Quoting::none};
    return {Quoting::standard, Quoting::backslash, Quoting::none};
}

/// The columns of the sampled rows that stand on one line each.
std::vector<ColumnFacts> columns_of(std::string_view text, const Dialect& dialect, bool skip_first) {
    CsvReader reader(text, dialect.delimiter, "", dialect.quoting);
    std::vector<ColumnFacts> columns;
    std::vector<std::string> cells;
    try {
        for (std::size_t row = 0; row < sampled_rows && reader.read(cells); ++row) {
            if (row == 0) columns.resize(cells.size());
            if ((row == 0 && skip_first) || reader.spans_lines() || cells.size() != columns.size()) continue;
            for (std::size_t i = 0; i < cells.size(); ++i) columns[i].add(cells[i]);
        }
    } catch (const DataError&) {  // what came before it will do
    }
    return columns;
}

char delimiter_of(std::string_view text, const DialectHints& hints) {
    if (hints.delimiter) return *hints.delimiter;
    std::string candidates{hints.likely_delimiter};
    for (const char other : delimiters) {
        if (other != hints.likely_delimiter) candidates += other;
    }
    struct Best {
        char delimiter;
        double share = 0;
        bool tells = false;
    } best{hints.likely_delimiter};
    for (const char candidate : candidates) {
        for (const auto quoting : quotings(text, hints)) {
            const auto share = reading_of(text, candidate, quoting, sampled_rows).share();
            if (share == 0 || share < best.share) continue;
            const auto columns = columns_of(text, {candidate, quoting}, true);
            const bool tells = std::any_of(columns.begin(), columns.end(), [](const auto& c) { return c.tells(); });
            if (share > best.share || (tells && !best.tells)) best = {candidate, share, tells};
        }
    }
    return best.delimiter;
}

/// Whether a quote stands twice within a cell, as RFC 4180 has it: where quotes are letters they stand once. An empty
/// cell between two quotes is none.
bool has_doubled_quote(std::string_view row, char delimiter) {
    const auto ends_cell = [&](std::size_t i) { return i >= row.size() || row[i] == delimiter || row[i] == '\n'; };
    for (auto at = row.find("\"\""); at != std::string_view::npos; at = row.find("\"\"", at + 2)) {
        const bool begins_cell = at == 0 || ends_cell(at - 1);
        if (!begins_cell || !ends_cell(at + 2)) return true;
    }
    return false;
}

/// Whether each line of a row of several lines is a row of its own.
bool has_swallowed_rows(std::string_view row, char delimiter, const std::vector<ColumnFacts>& columns) {
    if (std::none_of(columns.begin(), columns.end(), [](const auto& column) { return column.tells(); })) return false;
    if (has_doubled_quote(row, delimiter)) return false;
    CsvReader lines(row, delimiter, "", Quoting::none);
    std::vector<std::string> cells;
    while (lines.read(cells)) {
        if (cells.size() != columns.size()) return false;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (columns[i].tells() && !columns[i].fits(cells[i])) return false;
        }
    }
    return true;
}

/// Standard quoting, unless it has swallowed rows.
Quoting standard_or_none(std::string_view text, char delimiter, const std::string& origin) {
    const auto columns = columns_of(text, {delimiter, Quoting::standard}, true);
    CsvReader reader(text, delimiter, origin);
    std::vector<std::string> cells;
    std::size_t swallowed = 0, genuine = 0, line = 0;
    for (std::size_t row = 0; reader.read(cells); ++row) {
        if (!reader.spans_lines() || row == 0) continue;
        if (!has_swallowed_rows(reader.row(), delimiter, columns)) {
            ++genuine;
        } else if (swallowed++ == 0) {
            line = reader.line();
        }
    }
    if (swallowed == 0) return Quoting::standard;
    if (genuine == 0 && reading_of(text, delimiter, Quoting::none, SIZE_MAX).is_even()) return Quoting::none;
    throw DataError(
        fmt::format("{}, line {}: a quote opens a cell that goes on over lines which look like rows of their own. If "
                    "quotes are letters here, say --quoting none; if not, say --quoting standard.",
                    origin, line));
}

/// Whether more cells are quoted from end to end than begin with a quote that nothing closes: then a file that cannot
/// be read so is cut off or damaged, and its quotes are no letters.
bool is_mostly_quoted(std::string_view text, char delimiter) {
    CsvReader reader(text, delimiter, "", Quoting::none);
    std::vector<std::string> cells;
    std::size_t whole = 0, open = 0;
    while (reader.read(cells)) {
        for (const auto& cell : cells) {
            if (!cell.starts_with('"')) continue;
            (cell.size() > 1 && cell.ends_with('"') ? whole : open) += 1;
        }
    }
    return whole > open;
}

Quoting quoting_of(std::string_view text, char delimiter, const DialectHints& hints, const std::string& origin) {
    const auto candidates = quotings(text, hints);
    if (candidates.size() == 1) return candidates.front();
    for (const auto quoting : candidates) {
        if (!reading_of(text, delimiter, quoting, SIZE_MAX).is_even()) continue;
        if (quoting == Quoting::none && is_mostly_quoted(text, delimiter)) return Quoting::standard;
        return quoting == Quoting::standard ? standard_or_none(text, delimiter, origin) : quoting;
    }
    // None reads all of it: the one that reads the most tells best what is wrong.
    return *std::max_element(candidates.begin(), candidates.end(), [&](Quoting one, Quoting other) {
        return reading_of(text, delimiter, one, SIZE_MAX).share() <
               reading_of(text, delimiter, other, SIZE_MAX).share();
    });
}

bool header_of(std::string_view text, const Dialect& dialect) {
    CsvReader reader(text, dialect.delimiter, "", dialect.quoting);
    std::vector<std::string> first;
    try {
        if (!reader.read(first)) return true;
    } catch (const DataError&) {
        return true;
    }
    const auto columns = columns_of(text, dialect, true);
    std::size_t names = 0, values = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (columns[i].tells()) {
            ++(columns[i].fits(first[i]) ? values : names);
        } else if (std::count(first[i].begin(), first[i].end(), ' ') >= 4) {
            ++values;
        }
    }
    return values == 0 || names > values;
}

/// The ; of a first line "sep=;", behind a byte order mark or not.
std::optional<char> declared_delimiter(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    auto line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() != 5 || line.size() == text.size() || !(line.starts_with("sep=") || line.starts_with("SEP="))) {
        return std::nullopt;
    }
    if (delimiters.find(line.back()) == std::string_view::npos) return std::nullopt;
    return line.back();
}

}  // namespace

LineEnds line_ends_of(std::string_view text) {
    const auto line_feed = text.find('\n');
    if (line_feed == std::string_view::npos || line_feed + 1 == text.size()) {
        const auto inner = text.substr(0, std::min(line_feed, text.size()));
        const auto carriage = inner.find('\r');
        if (carriage != std::string_view::npos && carriage + 1 < inner.size() && inner[carriage + 1] != '\r') {
            return LineEnds::cr;
        }
    }
    if (line_feed == std::string_view::npos) return LineEnds::lf;
    const auto before = text.substr(0, line_feed);
    return before.ends_with("\r\r") ? LineEnds::cr_crlf : before.ends_with('\r') ? LineEnds::crlf : LineEnds::lf;
}

std::string with_known_line_ends(std::string text) {
    const auto ends = line_ends_of(text);
    if (ends == LineEnds::cr) {
        std::replace(text.begin(), text.end(), '\r', '\n');
    } else if (text.find("\r\r\n") != std::string::npos) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool is_extra = text.compare(i, 3, "\r\r\n") == 0;
            if (!is_extra) text[kept++] = text[i];
        }
        text.resize(kept);
    }
    return text;
}

char delimiter_named(std::string_view name, std::string_view where) {
    if (name == "tab" || name == "\\t") return '\t';
    if (name.size() == 1 && delimiters.find(name.front()) != std::string_view::npos) return name.front();
    throw UsageError(fmt::format("{}: '{}' is none of , ; | and tab", where, name));
}

Dialect dialect_of(std::string_view text, const DialectHints& given, const std::string& origin) {
    Dialect dialect;
    dialect.line_ends = line_ends_of(text);
    auto hints = given;
    if (const auto declared = declared_delimiter(text)) {
        dialect.declares_delimiter = true;
        if (!hints.delimiter) hints.delimiter = *declared;
        text.remove_prefix(std::min(text.size(), text.find('\n') + 1));
    }
    dialect.delimiter = delimiter_of(text, hints);
    dialect.quoting = quoting_of(text, dialect.delimiter, hints, origin);
    dialect.has_header = header_of(text, dialect);
    return dialect;
}

}  // namespace cellwise::data
