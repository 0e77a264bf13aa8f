#include "data/tables/row_scanner.h"

#include <algorithm>
#include <cassert>

namespace cellwise::tables {

RowScanner::RowScanner(std::string_view text, char delimiter, data::Quoting quoting, std::size_t from)
    : text_(text), delimiter_(delimiter), quoting_(quoting), position_(from) {}

bool RowScanner::begin_row() {
    assert(row_ended_);
    while (position_ < text_.size() && (text_[position_] == '\n' || text_[position_] == '\r')) ++position_;
    row_ended_ = false;
    return position_ < text_.size();
}

void RowScanner::take_end() {
    if (position_ == text_.size()) {
        row_ended_ = ended_open_ = true;
    } else if (text_[position_] == delimiter_) {
        ++position_;
    } else {
        if (text_[position_] == '\r' && position_ + 1 < text_.size() && text_[position_ + 1] == '\n') ++position_;
        ++position_;
        row_ended_ = true;
    }
}

std::string_view RowScanner::next_cell() {
    assert(!row_ended_);
    const std::size_t size = text_.size();
    if (quoting_ != data::Quoting::none && position_ < size && text_[position_] == '"') return quoted_cell();
    const std::size_t from = position_;
    const char* const letters = text_.data();
    const char delimiter = delimiter_;
    std::size_t at = from;
    // '\r' is the largest of the two line ends, and most letters are larger: one comparison decides for them.
    while (at < size) {
        const char letter = letters[at];
        if (letter == delimiter || (static_cast<unsigned char>(letter) <= '\r' && (letter == '\n' || letter == '\r'))) {
            break;
        }
        ++at;
    }
    position_ = at;
    take_end();
    return text_.substr(from, at - from);
}

std::string_view RowScanner::quoted_cell() {
    const std::size_t opened = position_++;
    std::size_t from = position_;
    bool is_plain = true;
    while (true) {
        const bool backslash = quoting_ == data::Quoting::backslash;
        const std::size_t quote = backslash ? text_.find_first_of("\"\\", position_) : text_.find('"', position_);
        if (quote == std::string_view::npos) throw RowFault{opened, "a quote is opened and never closed"};
        if (backslash && text_[quote] == '\\') {  // the letter behind it is text, whatever it is
            if (is_plain) unescaped_.clear();
            is_plain = false;
            unescaped_.append(text_, from, quote - from);
            from = quote + 1;
            position_ = std::min(quote + 2, text_.size());
            continue;
        }
        const bool is_doubled = !backslash && quote + 1 < text_.size() && text_[quote + 1] == '"';
        if (is_doubled) {
            if (is_plain) unescaped_.clear();
            is_plain = false;
            unescaped_.append(text_, from, quote + 1 - from);
            from = position_ = quote + 2;
            continue;
        }
        const std::string_view last = text_.substr(from, quote - from);
        position_ = quote + 1;
        const bool at_end = position_ == text_.size() || text_[position_] == delimiter_ || text_[position_] == '\n' ||
                            text_[position_] == '\r';
        if (!at_end) throw RowFault{position_, "text after a closing quote; write quotes within a cell twice"};
        take_end();
        if (is_plain) return last;
        unescaped_ += last;
        return unescaped_;
    }
}

}  // namespace cellwise::tables
