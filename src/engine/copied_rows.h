#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/layout.h"

namespace cellwise::engine {

/// Copies `count` rows of `width` floats, row_of(i) to out + i · stride. The rows lie anywhere in a large table, so
/// each is asked for some rows before its turn.
template <class RowOf>
void copy_rows(std::size_t count, std::size_t width, const RowOf& row_of, float* out, std::size_t stride) {
    constexpr std::size_t rows_ahead = 4;
    for (std::size_t i = 0; i < count; ++i) {
        if (i + rows_ahead < count) {
            const float* const ahead = row_of(i + rows_ahead);
            for (std::size_t k = 0; k < width; k += floats_of_a_line) __builtin_prefetch(ahead + k);
        }
        std::copy_n(row_of(i), width, out + i * stride);
    }
}

}  // namespace cellwise::engine
