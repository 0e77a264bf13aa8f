#pragma once

#include "engine/kernels.h"

namespace cellwise::engine {

/// Rows projected, or differentiated, at a time: their inputs, gates and results fit the second-level cache.
inline constexpr std::size_t chunk_rows = 64;

/// Weights in PyTorch's layout (w_ih [gates · hidden, input], w_hh [gates · hidden, hidden]) into the
/// kernels' (layout.h, kernels.h) and gradients back. Each size function gives the floats needed.

/// One of the equal pieces that threads pack: the whole is all of them, in any order.
struct Piece {
    std::size_t index = 0;
    std::size_t count = 1;

    /// The piece's first item of so many; that of the next piece is its end.
    [[nodiscard]] std::size_t begin(std::size_t items) const { return items * index / count; }
    [[nodiscard]] std::size_t end(std::size_t items) const { return items * (index + 1) / count; }
};

/// W_ihᵀ for projections: depth `input`, projection_columns columns.
[[nodiscard]] std::size_t packed_input_size(const Layout& layout);
void pack_input(const Layout& layout, const float* w_ih, float* packed, Piece piece = {});

/// W_ih for the input's gradient: depth projection_columns, input_padded columns.
[[nodiscard]] std::size_t packed_input_transposed_size(const Layout& layout);
void pack_input_transposed(const Layout& layout, const float* w_ih, float* packed, Piece piece = {});

/// W_hhᵀ for the forward kernels.
[[nodiscard]] std::size_t packed_recurrent_size(const Layout& layout);
void pack_recurrent(const Layout& layout, std::size_t simple_rnn_panel, const float* w_hh, float* packed,
                    Piece piece = {});

/// W_hh for the backward kernels.
[[nodiscard]] std::size_t packed_recurrent_transposed_size(const Layout& layout);
void pack_recurrent_transposed(const Layout& layout, const float* w_hh, float* packed, Piece piece = {});

/// The biases that go into a projection row [projection_columns] and, for the GRU that resets after,
/// the candidate's recurrent bias [hidden_padded]. Either bias may be null (zeros).
void pack_bias(const Layout& layout, const float* b_ih, const float* b_hh, float* projection_bias,
               float* recurrent_bias);

/// Rows [first, last) of a gradient [depth, projection_columns] as columns of PyTorch's
/// [gates · hidden, depth].
void unpack_input_gradient(const Layout& layout, const float* packed, std::size_t first, std::size_t last,
                           float* gradient);
void unpack_recurrent_gradient(const Layout& layout, const float* packed, std::size_t first, std::size_t last,
                               float* gradient);

/// [projection_columns] and the candidate's [hidden_padded] into PyTorch's two biases; either may be null.
void unpack_bias_gradient(const Layout& layout, const float* projection_bias, const float* recurrent_bias, float* b_ih,
                          float* b_hh);

}  // namespace cellwise::engine
