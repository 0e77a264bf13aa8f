#include "data/tables/write_table.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/atomic_file.h"
#include "core/parallel_for.h"

namespace cellwise::tables {
namespace {

// Rows whose text is made by one thread, and how many such pieces are made before they are written.
constexpr std::size_t rows_of_a_piece = 4096, pieces_at_once = 8;

bool needs_quotes(std::string_view text, char delimiter) {
    return text.find_first_of("\"\r\n") != text.npos || text.find(delimiter) != text.npos;
}

void append_text(std::string& line, std::string_view text, char delimiter) {
    if (!needs_quotes(text, delimiter)) {
        line += text;
        return;
    }
    line += '"';
    for (const char letter : text) line.append(letter == '"' ? 2 : 1, letter);
    line += '"';
}

/// Appends one to three formatted numbers: no more than 64 letters.
template <class Format, class... Numbers>
void append_formatted(std::string& line, const Format& format, const Numbers&... numbers) {
    std::array<char, 64> letters;
    const char* const end = fmt::format_to(letters.data(), format, numbers...);
    line.append(letters.data(), static_cast<std::size_t>(end - letters.data()));
}

/// As "{}" formats it. Most numbers of a table are whole, and need no digits behind the point to be looked for.
void append_number(std::string& line, double x) {
    constexpr double plain = 1e15;  // below it "{}" writes whole numbers without an exponent
    if (std::abs(x) < plain && x == std::trunc(x) && !(x == 0 && std::signbit(x))) {
        const fmt::format_int digits(static_cast<std::int64_t>(x));
        line.append(digits.data(), digits.size());
        return;
    }
    append_formatted(line, FMT_COMPILE("{}"), x);
}

void append_date(std::string& line, double days) {
    const auto seconds = std::chrono::seconds(std::llround(days * 86400));
    const auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(seconds));
    const std::chrono::year_month_day date(day);
    append_formatted(line, FMT_COMPILE("{:04}-{:02}-{:02}"), static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    const std::chrono::hh_mm_ss time(std::chrono::sys_seconds(seconds) - day);
    if (time.to_duration().count() == 0) return;
    append_formatted(line, FMT_COMPILE("T{:02}:{:02}:{:02}"), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

/// A column, and whether its levels can be written as they are.
struct WrittenColumn {
    const Column* column;
    bool is_plain = true;
};

std::vector<WrittenColumn> written_columns(const Table& table, char delimiter) {
    std::vector<WrittenColumn> columns;
    for (const auto& column : table.columns) columns.push_back({&column});
    parallel_for(columns.size(), 0, [&](std::size_t i) {
        columns[i].is_plain = std::ranges::none_of(
            columns[i].column->levels, [&](const std::string& level) { return needs_quotes(level, delimiter); });
    });
    return columns;
}

void append_cell(std::string& line, const WrittenColumn& written, std::size_t row, char delimiter) {
    const Column& column = *written.column;
    if (!column.integers.empty()) {
        fmt::format_to(std::back_inserter(line), "{}", column.integers[row]);
    } else if (!column.codes.empty()) {
        const auto code = column.codes[row];
        if (code < 0) return;
        const auto& level = column.levels[static_cast<std::size_t>(code)];
        if (written.is_plain) {
            line += level;
        } else {
            append_text(line, level, delimiter);
        }
    } else if (const double x = column.numbers[row]; !std::isnan(x)) {
        if (column.kind == Kind::date) {
            append_date(line, x);
        } else {
            append_number(line, x);
        }
    }
}

/// Puts the rows from `row` to below `end` in the place of `text`.
void write_rows(const std::vector<WrittenColumn>& columns, std::size_t row, std::size_t end, char delimiter,
                std::string& text) {
    text.clear();
    for (; row < end; ++row) {
        const auto start = text.size();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i > 0) text += delimiter;
            append_cell(text, columns[i], row, delimiter);
        }
        if (text.size() == start) text += "\"\"";  // a line without a byte would be no row
        text += '\n';
    }
}

}  // namespace

void write_table(const Table& table, const std::filesystem::path& path) {
    const char delimiter = path.extension() == ".tsv" ? '\t' : ',';
    if (path.has_parent_path()) make_folder(path.parent_path());
    AtomicFile file(path);
    std::string header;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (i > 0) header += delimiter;
        append_text(header, table.columns[i].name, delimiter);
    }
    file.write(header + '\n');
    const auto rows = static_cast<std::size_t>(table.rows);
    const auto columns = written_columns(table, delimiter);
    std::vector<std::string> pieces(pieces_at_once);
    for (std::size_t begin = 0; begin < rows; begin += pieces_at_once * rows_of_a_piece) {
        const auto left = (rows - begin + rows_of_a_piece - 1) / rows_of_a_piece;
        const auto count = std::min(pieces_at_once, left);
        parallel_for(count, 0, [&](std::size_t i) {
            const auto first = begin + i * rows_of_a_piece;
            write_rows(columns, first, std::min(rows, first + rows_of_a_piece), delimiter, pieces[i]);
        });
        for (std::size_t i = 0; i < count; ++i) file.write(pieces[i]);
    }
    file.commit();
}

}  // namespace cellwise::tables
