#include <algorithm>
#include <limits>

#include "data/tables/number_text.h"
#include "data/tables/row_source.h"

namespace cellwise::tables {

void ColumnPiece::reserve(std::size_t rows) {
    if (use_ == CellUse::numbers) numbers.reserve(rows);
    if (use_ == CellUse::texts) codes.reserve(rows);
}

void ColumnPiece::add_missing() {
    if (failed_) return;
    if (use_ == CellUse::numbers) numbers.push_back(std::numeric_limits<double>::quiet_NaN());
    if (use_ == CellUse::texts) codes.push_back(-1);
}

void ColumnPiece::add(std::string_view cell, std::size_t place, std::span<const std::string> missing_values) {
    if (failed_ || use_ == CellUse::skip) return;
    if (cell.empty()) return add_missing();
    const auto first = static_cast<unsigned char>(cell.front());
    if ((first <= ' ' || first == 0xC2) && without_blanks(cell).empty()) return add_missing();
    if (!missing_values.empty() && std::ranges::find(missing_values, without_blanks(cell)) != missing_values.end()) {
        return add_missing();
    }
    if (use_ == CellUse::texts) {
        codes.push_back(dictionary.code(cell, place));
        return;
    }
    const auto number = read_number(cell);
    if (!number || number->is_padded || number->is_large) {
        failed_ = true;
        numbers = {};
        return;
    }
    all_whole_ = all_whole_ && number->is_whole;
    numbers.push_back(number->value);
}

}  // namespace cellwise::tables
