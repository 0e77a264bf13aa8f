#include "data/files/csv.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"

namespace cellwise::data {

CsvReader::CsvReader(std::string_view text, char delimiter, std::string name, Quoting quoting)
    : text_(text), delimiter_(delimiter), name_(std::move(name)), quoting_(quoting) {
    if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
}

bool CsvReader::at_line_end() const {
    return position_ == text_.size() || text_[position_] == '\n' ||
           (text_[position_] == '\r' && position_ + 1 < text_.size() && text_[position_ + 1] == '\n');
}

void CsvReader::take_line_end() {
    if (position_ == text_.size()) return;
    position_ += text_[position_] == '\r' ? 2 : 1;
    ++line_;
}

void CsvReader::skip_empty_lines() {
    while (position_ < text_.size() && at_line_end()) take_line_end();
}

void CsvReader::read_quoted(std::string& cell) {
    const std::size_t first_line = line_;
    ++position_;
    while (position_ < text_.size()) {
        const char letter = text_[position_++];
        if (letter == '\n') ++line_;
        if (letter == '\\' && quoting_ == Quoting::backslash && position_ < text_.size() &&
            (text_[position_] == '"' || text_[position_] == '\\')) {
            cell += text_[position_++];
        } else if (letter != '"') {
            cell += letter;
        } else if (quoting_ == Quoting::standard && position_ < text_.size() && text_[position_] == '"') {
            cell += '"';
            ++position_;
        } else {
            if (at_line_end() || text_[position_] == delimiter_) return;
            throw DataError(fmt::format(
                "{}, line {}: text after a closing quote; write quotes within a cell twice, or say --quoting "
                "none if they are letters",
                name_, line_));
        }
    }
    throw DataError(fmt::format(
        "{}, line {}: a quote is opened and never closed; close it, or say --quoting none if quotes are letters", name_,
        first_line));
}

bool CsvReader::read(std::vector<std::string>& cells) {
    cells.clear();
    skip_empty_lines();
    if (position_ == text_.size()) return false;
    row_line_ = line_;
    row_position_ = position_;
    while (true) {
        std::string cell;
        if (quoting_ != Quoting::none && position_ < text_.size() && text_[position_] == '"') {
            read_quoted(cell);
        } else {
            while (!at_line_end() && text_[position_] != delimiter_) cell += text_[position_++];
        }
        cells.push_back(std::move(cell));
        if (at_line_end()) {
            last_line_ = line_;
            take_line_end();
            return true;
        }
        ++position_;  // the delimiter
    }
}

}  // namespace cellwise::data
