#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/files/npy.h"

namespace cellwise::data {

/// Lists of whole numbers, back to back.
struct IntegerLists {
    std::vector<std::int32_t> values;       ///< all lists' numbers
    std::vector<std::uint64_t> offsets{0};  ///< [lists + 1]: list i is values[offsets[i] … offsets[i + 1])
    [[nodiscard]] std::size_t size() const { return offsets.size() - 1; }
};

/// Reads a one-dimensional object array whose elements are lists of numbers of 32 bits, the way
/// keras.datasets.imdb is stored.
///
/// Nothing is ever executed: the reader knows the opcodes and the names that numpy writes for such an
/// array (pickle protocols 2 to 5, Python 2 and 3, numpy 1 and 2) and refuses all others. Memory is
/// bounded by the pickle's own size: stack, memo, texts and tuples have small fixed limits, a list may
/// stand in the array only once, and nothing is nested deeper than array → list → number.
///
/// Throws DataError with the array's name and the byte of the pickle.
[[nodiscard]] IntegerLists read_integer_lists(const NpyArray& array);

}  // namespace cellwise::data
