#pragma once

#include <algorithm>
#include <cstddef>

namespace cellwise::engine {

/// The cells the kernels know. The GRU applies its reset gate after the recurrent product or before.
enum class CellKind { simple_rnn, lstm, gru, gru_reset_before };

/// What matrix products round their factors to. Their sums are float32, as everything else is.
enum class Factors { float32, bfloat16 };

/// Rows of floats that a packed right side of this depth takes: two bfloat16 share the room of a float.
[[nodiscard]] constexpr std::size_t packed_rows_of(Factors factors, std::size_t depth) {
    return factors == Factors::bfloat16 ? (depth + 1) / 2 : depth;
}

/// What the processor fetches at once.
inline constexpr std::size_t floats_of_a_line = 16;

/// Unit blocks that a panel of gates' products has forward (but SimpleRNN's), and one of states' products backward.
inline constexpr std::size_t forward_panel = 1, backward_panel = 2;

/// How one layer lies in the kernels' memory. Vectors have `lanes` floats; hidden and input sizes are
/// padded to whole vectors with zeros. The hidden units go in unit blocks of one vector, and the
/// gates of a unit block lie side by side:
///   a projection row:  [unit block][input gate][lane]      SimpleRNN h; LSTM i, f, g, o; GRU n, r, z
///   a gradients row:   [unit block][slot][lane]            the same, but GRU n, r, z, hn
/// where hn is the candidate's recurrent part W_hn·h + b_hn and, in backward, its gradient.
struct Layout {
    Layout(CellKind cell, std::size_t input_size, std::size_t hidden_size, std::size_t vector_lanes,
           Factors factors_of_products = Factors::float32);

    CellKind kind;
    std::size_t input;
    std::size_t hidden;
    std::size_t lanes;
    Factors factors;
    std::size_t input_padded;
    std::size_t hidden_padded;
    std::size_t unit_blocks;
    std::size_t gates;               ///< 1, 4, 3, 3
    std::size_t slots;               ///< 1, 4, 4, 3
    std::size_t projection_columns;  ///< gates · hidden_padded
    std::size_t recurrent_columns;   ///< the same number: columns of the recurrent weight gradient
    std::size_t gate_stride;         ///< floats from one gradients row to the next

    /// Unit blocks that one thread of a team takes at once: whole panels of the kernels. simple_rnn_panel: of Kernels;
    /// least: forward_panel or backward_panel.
    [[nodiscard]] std::size_t units_of_a_part(std::size_t simple_rnn_panel, std::size_t least) const {
        return kind == CellKind::simple_rnn ? std::max(simple_rnn_panel, least) : least;
    }
    /// The number of such parts.
    [[nodiscard]] std::size_t parts(std::size_t simple_rnn_panel, std::size_t least) const {
        const std::size_t units = units_of_a_part(simple_rnn_panel, least);
        return (unit_blocks + units - 1) / units;
    }

    [[nodiscard]] std::size_t packed_rows(std::size_t depth) const { return packed_rows_of(factors, depth); }

    /// PyTorch's number of the gate in a slot of the projection (the gradient's slots are the same).
    [[nodiscard]] std::size_t input_gate(std::size_t slot) const;
    /// PyTorch's number of the gate in a column block of the packed recurrent weights: as above, but
    /// r, z, n for the GRUs.
    [[nodiscard]] std::size_t recurrent_gate(std::size_t slot) const { return slot; }
};

[[nodiscard]] constexpr std::size_t round_up(std::size_t value, std::size_t step) {
    return (value + step - 1) / step * step;
}

}  // namespace cellwise::engine
