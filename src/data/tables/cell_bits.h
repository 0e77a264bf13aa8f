#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "data/tables/table.h"

namespace cellwise::tables {

/// Calls use(bits_of), where bits_of(row) is 64 bits that are equal for equal cells of the column and different for
/// others; a missing cell has its own. The column's kind and width are asked once, not for every cell.
template <class Use>
void with_cell_bits(const Column& column, Use use) {
    constexpr std::uint64_t missing = 0x7FF8'0000'0000'0001;
    if (!column.codes.empty()) {
        column.codes.visit([&](auto codes) {
            use([codes](std::size_t row) { return static_cast<std::uint64_t>(std::int64_t{codes[row]}); });
        });
    } else if (!column.integers.empty()) {
        use([&](std::size_t row) { return static_cast<std::uint64_t>(column.integers[row]); });
    } else {
        column.numbers.visit([&](auto numbers) {
            use([numbers](std::size_t row) {
                const double value = numbers[row];
                return std::isnan(value) ? missing : std::bit_cast<std::uint64_t>(value + 0.0);  // −0 is 0
            });
        });
    }
}

}  // namespace cellwise::tables
