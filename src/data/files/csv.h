#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/files/dialect.h"

namespace cellwise::data {

/// Reads delimited text by RFC 4180: cells may stand in double quotes, in which the delimiter, line
/// ends and doubled quotes are text. Line ends are LF or CRLF; a UTF-8 byte order mark is skipped.
/// With other quoting than the standard, see Quoting.
class CsvReader {
public:
    /// `text` must outlive the reader; `name` stands in messages.
    CsvReader(std::string_view text, char delimiter, std::string name, Quoting quoting = Quoting::standard);

    /// Reads the next row into `cells`; false at the end. Empty lines are passed over. Throws
    /// DataError naming the line for a quote without an end or text after a closing quote.
    bool read(std::vector<std::string>& cells);

    /// The line (from 1) on which the row last read begins.
    [[nodiscard]] std::size_t line() const { return row_line_; }

    /// The bytes of the row last read, with its line end.
    [[nodiscard]] std::string_view row() const { return text_.substr(row_position_, position_ - row_position_); }

    /// Whether the row last read stands on several lines.
    [[nodiscard]] bool spans_lines() const { return last_line_ > row_line_; }

private:
    void skip_empty_lines();
    void read_quoted(std::string& cell);
    [[nodiscard]] bool at_line_end() const;
    void take_line_end();

    std::string_view text_;
    char delimiter_;
    std::string name_;
    Quoting quoting_;
    std::size_t position_ = 0;
    std::size_t row_position_ = 0;
    std::size_t line_ = 1;
    std::size_t row_line_ = 0;
    std::size_t last_line_ = 0;
};

}  // namespace cellwise::data
