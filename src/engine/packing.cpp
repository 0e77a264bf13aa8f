#include "engine/packing.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace cellwise::engine {
namespace {

// Columns of a packed matrix: unit blocks of `slots` vectors. Gives PyTorch's row (gate · hidden + unit)
// of each, and `none` for padding.
constexpr std::size_t none = static_cast<std::size_t>(-1);

struct Columns {
    const Layout& layout;
    std::size_t slots;
    std::size_t (*gate)(const Layout&, std::size_t slot);

    [[nodiscard]] std::size_t count() const { return layout.unit_blocks * slots * layout.lanes; }
    [[nodiscard]] std::size_t row(std::size_t column) const {
        const std::size_t unit = column / (slots * layout.lanes) * layout.lanes + column % layout.lanes;
        const std::size_t slot = column / layout.lanes % slots;
        return unit < layout.hidden ? gate(layout, slot) * layout.hidden + unit : none;
    }
    // Whether `column` and the next three have rows one after another.
    [[nodiscard]] bool has_four_rows(std::size_t column) const {
        return column % layout.lanes + 4 <= layout.lanes && row(column + 3) != none;
    }
};

std::size_t input_gate(const Layout& layout, std::size_t slot) { return layout.input_gate(slot); }
std::size_t same_gate(const Layout& /*layout*/, std::size_t slot) { return slot; }
std::size_t candidate_gate(const Layout& /*layout*/, std::size_t /*slot*/) { return 2; }

// The nearest bfloat16, to even in the middle: the upper half of a float.
std::uint32_t bfloat16_of(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) return bits >> 16U | 0x40U;
    return (bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U;
}

// Two factors that lie one behind the other in a product's depth, in the room of a float.
float cell_of(float first, float second) {
    return std::bit_cast<float>(bfloat16_of(first) | bfloat16_of(second) << 16U);
}

// Four floats in a register, as every processor has them.
using Four = float __attribute__((vector_size(16)));

Four load_four(const float* from) {
    Four four;
    std::memcpy(&four, from, sizeof(four));
    return four;
}

void store_four(Four four, float* to) { std::memcpy(to, &four, sizeof(four)); }

// out[k · out_stride + i] = in[i · in_stride + k] for i, k < 4.
void transpose_four(const float* in, std::size_t in_stride, float* out, std::size_t out_stride) {
    const Four a = load_four(in), b = load_four(in + in_stride);
    const Four c = load_four(in + 2 * in_stride), d = load_four(in + 3 * in_stride);
    const Four low_ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), high_ab = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Four low_cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), high_cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    store_four(__builtin_shufflevector(low_ab, low_cd, 0, 1, 4, 5), out);
    store_four(__builtin_shufflevector(low_ab, low_cd, 2, 3, 6, 7), out + out_stride);
    store_four(__builtin_shufflevector(high_ab, high_cd, 0, 1, 4, 5), out + 2 * out_stride);
    store_four(__builtin_shufflevector(high_ab, high_cd, 2, 3, 6, 7), out + 3 * out_stride);
}

// Four columns whose rows of `source` [·, depth] lie one after another, transposed over `height` of the depth.
void pack_four_columns(const float* source, std::size_t depth, std::size_t height, float* out, std::size_t count) {
    std::size_t k = 0;
    for (; k + 4 <= height; k += 4) transpose_four(source + k, depth, out + k * count, count);
    for (; k < height; ++k) {
        for (std::size_t i = 0; i < 4; ++i) out[k * count + i] = source[i * depth + k];
    }
}

// packed[k · count + column] = the columns' rows of `weights`, transposed: `count` columns from `first` on, over k <
// depth. It goes tile by tile of k, whose packed rows stay in the first-level cache while all columns are written.
void pack_columns(const Columns& columns, std::size_t first, std::size_t count, const float* weights, std::size_t depth,
                  float* packed) {
    constexpr std::size_t tile = 64;
    const bool in_cells = columns.layout.factors == Factors::bfloat16;
    for (std::size_t begin = 0; begin < depth; begin += tile) {
        const std::size_t end = std::min(depth, begin + tile);
        float* const rows = packed + columns.layout.packed_rows(begin) * count;
        for (std::size_t column = 0; column < count; ++column) {
            const std::size_t row = columns.row(first + column);
            float* out = rows + column;
            const float* const source = row == none ? nullptr : weights + row * depth;
            if (!in_cells && column + 4 <= count && columns.has_four_rows(first + column)) {
                pack_four_columns(source + begin, depth, end - begin, out, count);
                column += 3;
                continue;
            }
            for (std::size_t k = begin; k < end; k += in_cells ? 2 : 1, out += count) {
                if (source == nullptr) {
                    *out = 0;
                } else {
                    *out = in_cells ? cell_of(source[k], k + 1 < depth ? source[k + 1] : 0) : source[k];
                }
            }
        }
    }
}

// A right side for Product of the columns' rows of `weights` [·, width]: panels of two vectors, of which one piece.
void pack_rows(const Columns& columns, const float* weights, std::size_t width, float* packed, Piece piece) {
    const std::size_t lanes = columns.layout.lanes;
    const std::size_t padded = round_up(width, lanes);
    const bool in_cells = columns.layout.factors == Factors::bfloat16;
    assert((!in_cells || columns.count() % 2 == 0) && "cells pair the columns of whole vectors");
    const std::size_t panels = (padded + 2 * lanes - 1) / (2 * lanes);
    packed += piece.begin(panels) * 2 * lanes * columns.layout.packed_rows(columns.count());
    for (std::size_t number = piece.begin(panels); number < piece.end(panels); ++number) {
        const std::size_t panel = number * 2 * lanes;
        const std::size_t panel_width = std::min(2 * lanes, padded - panel);
        const std::size_t filled = std::min(panel_width, width > panel ? width - panel : 0);
        for (std::size_t column = 0; column < columns.count(); column += in_cells ? 2 : 1, packed += panel_width) {
            const std::size_t row = columns.row(column);
            const std::size_t copied = row != none ? filled : 0;
            const float* const source = row != none ? weights + row * width + panel : nullptr;
            if (in_cells) {
                // A vector's padding is at its end: a first column that is none has no second either.
                const std::size_t below = columns.row(column + 1);
                const float* const second = below != none ? weights + below * width + panel : nullptr;
                for (std::size_t i = 0; i < copied; ++i)
                    packed[i] = cell_of(source[i], second != nullptr ? second[i] : 0);
            } else if (copied > 0) {
                std::copy_n(source, copied, packed);
            }
            std::fill(packed + copied, packed + panel_width, 0.0F);
        }
    }
}

// Rows [first, last) of `packed`, transposed into the columns' rows of the gradient. It goes by squares that are read
// by rows and written by columns: a packed row is some kilobytes long, so that rows share a few sets of the first-level
// cache.
void unpack(const Columns& columns, const float* packed, std::size_t stride, std::size_t depth, std::size_t first,
            std::size_t last, float* gradient) {
    constexpr std::size_t side = 16;
    float square[side][side];
    last = std::min(last, depth);
    for (; first < last; first += side) {
        const std::size_t height = std::min(side, last - first);
        for (std::size_t left = 0; left < columns.count(); left += side) {
            const std::size_t width = std::min(side, columns.count() - left);
            for (std::size_t k = 0; k < height; ++k)
                std::copy_n(packed + (first + k) * stride + left, width, square[k]);
            for (std::size_t column = 0; column < width; ++column) {
                const std::size_t row = columns.row(left + column);
                if (row == none) continue;
                float* const out = gradient + row * depth + first;
                if (height == side && column % 4 == 0 && columns.has_four_rows(left + column)) {
                    for (std::size_t k = 0; k < side; k += 4) transpose_four(square[k] + column, side, out + k, depth);
                    column += 3;
                    continue;
                }
                for (std::size_t k = 0; k < height; ++k) out[k] = square[k][column];
            }
        }
    }
}

}  // namespace

std::size_t packed_input_size(const Layout& layout) {
    return layout.packed_rows(layout.input) * layout.projection_columns;
}

void pack_input(const Layout& layout, const float* w_ih, float* packed, Piece piece) {
    const Columns columns{layout, layout.gates, input_gate};
    const std::size_t panels = (columns.count() + 2 * layout.lanes - 1) / (2 * layout.lanes);
    for (std::size_t panel = piece.begin(panels); panel < piece.end(panels); ++panel) {
        const std::size_t column = panel * 2 * layout.lanes;
        const std::size_t width = std::min(2 * layout.lanes, columns.count() - column);
        pack_columns(columns, column, width, w_ih, layout.input, packed + column * layout.packed_rows(layout.input));
    }
}

std::size_t packed_input_transposed_size(const Layout& layout) {
    return layout.packed_rows(layout.projection_columns) * layout.input_padded;
}

void pack_input_transposed(const Layout& layout, const float* w_ih, float* packed, Piece piece) {
    pack_rows({layout, layout.gates, input_gate}, w_ih, layout.input, packed, piece);
}

std::size_t packed_recurrent_size(const Layout& layout) {
    return layout.packed_rows(layout.hidden) * layout.recurrent_columns;
}

void pack_recurrent(const Layout& layout, std::size_t simple_rnn_panel, const float* w_hh, float* packed, Piece piece) {
    const std::size_t depth = layout.hidden;
    const std::size_t rows = layout.packed_rows(depth);
    // Panels of `wide` unit blocks while there are so many, then of one.
    const auto pack = [&](const Columns& columns, std::size_t wide, float* out) {
        const std::size_t panels = (layout.unit_blocks + wide - 1) / wide;
        const std::size_t last = std::min(piece.end(panels) * wide, layout.unit_blocks);
        for (std::size_t block = piece.begin(panels) * wide; block < last;) {
            const std::size_t blocks = block + wide <= layout.unit_blocks ? wide : 1;
            const std::size_t column = block * columns.slots * layout.lanes;
            pack_columns(columns, column, blocks * columns.slots * layout.lanes, w_hh, depth, out + column * rows);
            block += blocks;
        }
    };
    if (layout.kind == CellKind::gru_reset_before) {
        pack({layout, 2, same_gate}, 1, packed);
        pack({layout, 1, candidate_gate}, 1, packed + layout.unit_blocks * 2 * layout.lanes * rows);
        return;
    }
    pack({layout, layout.gates, same_gate}, layout.gates == 1 ? simple_rnn_panel : 1, packed);
}

std::size_t packed_recurrent_transposed_size(const Layout& layout) {
    return layout.packed_rows(layout.recurrent_columns) * layout.hidden_padded;
}

void pack_recurrent_transposed(const Layout& layout, const float* w_hh, float* packed, Piece piece) {
    if (layout.kind == CellKind::gru_reset_before) {
        pack_rows({layout, 1, candidate_gate}, w_hh, layout.hidden, packed, piece);
        packed += layout.packed_rows(layout.hidden_padded) * layout.hidden_padded;
        pack_rows({layout, 2, same_gate}, w_hh, layout.hidden, packed, piece);
        return;
    }
    pack_rows({layout, layout.gates, same_gate}, w_hh, layout.hidden, packed, piece);
}

void pack_bias(const Layout& layout, const float* b_ih, const float* b_hh, float* projection_bias,
               float* recurrent_bias) {
    const Columns columns{layout, layout.gates, input_gate};
    const bool splits = layout.kind == CellKind::gru;
    for (std::size_t column = 0; column < columns.count(); ++column) {
        const std::size_t row = columns.row(column);
        float sum = 0;
        if (row != none && b_ih != nullptr) sum += b_ih[row];
        if (row != none && b_hh != nullptr && !(splits && row >= 2 * layout.hidden)) sum += b_hh[row];
        projection_bias[column] = sum;
    }
    if (splits) {
        std::fill_n(recurrent_bias, layout.hidden_padded, 0.0F);
        if (b_hh != nullptr) std::copy_n(b_hh + 2 * layout.hidden, layout.hidden, recurrent_bias);
    }
}

void unpack_input_gradient(const Layout& layout, const float* packed, std::size_t first, std::size_t last,
                           float* gradient) {
    unpack({layout, layout.gates, input_gate}, packed, layout.projection_columns, layout.input, first, last, gradient);
}

void unpack_recurrent_gradient(const Layout& layout, const float* packed, std::size_t first, std::size_t last,
                               float* gradient) {
    const std::size_t stride = layout.recurrent_columns;
    if (layout.kind == CellKind::gru_reset_before) {
        unpack({layout, 2, same_gate}, packed, stride, layout.hidden, first, last, gradient);
        unpack({layout, 1, candidate_gate}, packed + 2 * layout.hidden_padded, stride, layout.hidden, first, last,
               gradient);
        return;
    }
    unpack({layout, layout.gates, same_gate}, packed, stride, layout.hidden, first, last, gradient);
}

void unpack_bias_gradient(const Layout& layout, const float* projection_bias, const float* recurrent_bias, float* b_ih,
                          float* b_hh) {
    const Columns columns{layout, layout.gates, input_gate};
    for (std::size_t column = 0; column < columns.count(); ++column) {
        const std::size_t row = columns.row(column);
        if (row == none) continue;
        if (b_ih != nullptr) b_ih[row] = projection_bias[column];
        if (b_hh != nullptr) b_hh[row] = projection_bias[column];
    }
    if (layout.kind == CellKind::gru && b_hh != nullptr) {
        std::copy_n(recurrent_bias, layout.hidden, b_hh + 2 * layout.hidden);
    }
}

}  // namespace cellwise::engine
