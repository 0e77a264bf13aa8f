#include "report/text/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/display_width.h"
#include "core/error.h"

namespace cellwise::report {
Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add_row(std::vector<std::string> cells) {
    if (cells.size() != columns_.size()) {
        throw InternalError(fmt::format("a table of {} columns got a row of {}", columns_.size(), cells.size()));
    }
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        std::size_t width = display_width(columns_[c].title);
        for (const auto& row : rows_) width = std::max(width, display_width(row[c]));
        widths.push_back(width);
    }
    std::string out;
    const auto add_line = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const std::string_view cell = cell_of(c);
            const std::string padding(widths[c] - display_width(cell), ' ');
            if (c > 0) line += "  ";
            line += columns_[c].align == Align::left ? std::string(cell) + padding : padding + std::string(cell);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    };
    add_line([&](std::size_t c) { return std::string_view(columns_[c].title); });
    std::string rule;
    for (std::size_t c = 0; c < widths.size(); ++c) {
        if (c > 0) rule += "  ";
        for (std::size_t i = 0; i < widths[c]; ++i) rule += "─";
    }
    out += rule + '\n';
    for (const auto& row : rows_) {
        add_line([&](std::size_t c) { return std::string_view(row[c]); });
    }
    return out;
}

std::string Table::markdown() const {
    std::string out;
    const auto add_line = [&](const auto& cell_of) {
        out += '|';
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            out += ' ';
            for (const char letter : cell_of(c)) out += letter == '|' ? "\\|" : std::string(1, letter);
            out += " |";
        }
        out += '\n';
    };
    add_line([&](std::size_t c) { return std::string_view(columns_[c].title); });
    add_line([&](std::size_t c) { return std::string_view(columns_[c].align == Align::left ? "---" : "---:"); });
    for (const auto& row : rows_) {
        add_line([&](std::size_t c) { return std::string_view(row[c]); });
    }
    return out;
}

}  // namespace cellwise::report
