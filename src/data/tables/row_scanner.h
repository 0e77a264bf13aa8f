#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "data/files/dialect.h"

namespace cellwise::tables {

/// What is wrong with a row, before the line is known on which it stands.
struct RowFault {
    std::size_t place = 0;     ///< the byte of the text
    std::string message;       ///< "a quote is opened and never closed"
    bool is_encoding = false;  ///< the bytes there are not UTF-8
};

/// Goes over delimited text cell by cell, by RFC 4180: a cell that begins with a double quote reaches to the closing
/// one, and in it the delimiter, line ends and doubled quotes are text. Line ends are LF, CRLF or CR. Quotes within
/// other cells are text. Quotes within a quoted cell may have a backslash before them instead, or no quote mean
/// anything.
class RowScanner {
public:
    /// `text` must outlive the scanner, and so must a cell be used before the next is read.
    RowScanner(std::string_view text, char delimiter, data::Quoting quoting, std::size_t from);

    /// Passes over empty lines; false at the end of the text, else the next cell begins a row.
    bool begin_row();
    /// The row's next cell. Throws RowFault.
    std::string_view next_cell();
    /// Whether the cell last read was the row's last; the position is then behind the line end.
    [[nodiscard]] bool row_ended() const { return row_ended_; }
    /// Where the next cell or row begins.
    [[nodiscard]] std::size_t position() const { return position_; }
    /// Whether the text ended without a line end.
    [[nodiscard]] bool ended_open() const { return ended_open_; }

private:
    std::string_view quoted_cell();
    void take_end();

    std::string_view text_;
    char delimiter_;
    data::Quoting quoting_;
    std::size_t position_;
    bool row_ended_ = true, ended_open_ = false;
    std::string unescaped_;
};

}  // namespace cellwise::tables
