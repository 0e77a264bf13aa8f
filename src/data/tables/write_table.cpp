#include "data/tables/write_table.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/atomic_file.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t piece = 1 << 20;  // bytes written at once

void append_text(std::string& line, std::string_view text, char delimiter) {
    if (text.find_first_of("\"\r\n") == text.npos && text.find(delimiter) == text.npos) {
        line += text;
        return;
    }
    line += '"';
    for (const char letter : text) line.append(letter == '"' ? 2 : 1, letter);
    line += '"';
}

void append_date(std::string& line, double days) {
    const auto seconds = std::chrono::seconds(std::llround(days * 86400));
    const auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(seconds));
    const std::chrono::year_month_day date(day);
    fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    const std::chrono::hh_mm_ss time(std::chrono::sys_seconds(seconds) - day);
    if (time.to_duration().count() == 0) return;
    fmt::format_to(std::back_inserter(line), "T{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(),
                   time.seconds().count());
}

void append_cell(std::string& line, const Column& column, std::size_t row, char delimiter) {
    if (!column.integers.empty()) {
        fmt::format_to(std::back_inserter(line), "{}", column.integers[row]);
    } else if (!column.codes.empty()) {
        const auto code = column.codes[row];
        if (code >= 0) append_text(line, column.levels[static_cast<std::size_t>(code)], delimiter);
    } else if (const double x = column.numbers[row]; !std::isnan(x)) {
        if (column.kind == Kind::date) {
            append_date(line, x);
        } else {
            fmt::format_to(std::back_inserter(line), "{}", x);
        }
    }
}

}  // namespace

void write_table(const Table& table, const std::filesystem::path& path) {
    const char delimiter = path.extension() == ".tsv" ? '\t' : ',';
    if (path.has_parent_path()) make_folder(path.parent_path());
    AtomicFile file(path);
    std::string text;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (i > 0) text += delimiter;
        append_text(text, table.columns[i].name, delimiter);
    }
    text += '\n';
    for (std::size_t row = 0; row < static_cast<std::size_t>(table.rows); ++row) {
        const auto start = text.size();
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            if (i > 0) text += delimiter;
            append_cell(text, table.columns[i], row, delimiter);
        }
        if (text.size() == start) text += "\"\"";  // a line without a byte would be no row
        text += '\n';
        if (text.size() < piece) continue;
        file.write(text);
        text.clear();
    }
    file.write(text);
    file.commit();
}

}  // namespace cellwise::tables
