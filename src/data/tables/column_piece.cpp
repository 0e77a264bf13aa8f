#include <algorithm>
#include <limits>

#include "data/tables/number_text.h"
#include "data/tables/row_source.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t wide_cells = 1024;  // that are gathered before they are made compact

template <class Value>
void put_behind(std::vector<Value>& last, CompactValues<Value>& values, Value value) {
    last.push_back(value);
    if (last.size() < wide_cells) return;
    values.append(last);
    last.clear();
}

}  // namespace

void ColumnPiece::put(double number) { put_behind(last_numbers_, numbers, number); }
void ColumnPiece::put(std::int32_t code) { put_behind(last_codes_, codes, code); }

void ColumnPiece::finish() {
    numbers.append(last_numbers_);
    codes.append(last_codes_);
    last_numbers_ = {};
    last_codes_ = {};
}

void ColumnPiece::add_missing() {
    if (failed_) return;
    if (use_ == CellUse::numbers) put(std::numeric_limits<double>::quiet_NaN());
    if (use_ == CellUse::texts) put(std::int32_t{-1});
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
        put(dictionary.code(cell, place));
        return;
    }
    const auto number = read_number(cell);
    if (!number || number->is_padded || number->is_large) {
        failed_ = true;
        numbers.clear();
        last_numbers_ = {};
        return;
    }
    all_whole_ = all_whole_ && number->is_whole;
    put(number->value);
}

}  // namespace cellwise::tables
