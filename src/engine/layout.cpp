#include "engine/layout.h"

namespace cellwise::engine {
namespace {

std::size_t gates_of(CellKind kind) {
    switch (kind) {
        case CellKind::simple_rnn:
            return 1;
        case CellKind::lstm:
            return 4;
        case CellKind::gru:
        case CellKind::gru_reset_before:
            break;
    }
    return 3;
}

}  // namespace

Layout::Layout(CellKind cell, std::size_t input_size, std::size_t hidden_size, std::size_t vector_lanes,
               Factors factors_of_products)
    : kind(cell),
      input(input_size),
      hidden(hidden_size),
      lanes(vector_lanes),
      factors(factors_of_products),
      input_padded(round_up(input_size, vector_lanes)),
      hidden_padded(round_up(hidden_size, vector_lanes)),
      unit_blocks(hidden_padded / vector_lanes),
      gates(gates_of(cell)),
      slots(cell == CellKind::gru ? 4 : gates),
      projection_columns(gates * hidden_padded),
      recurrent_columns(projection_columns),
      // A row longer than a cache line is kept off the powers of two, which would put all rows into
      // the same few sets of the first-level cache.
      gate_stride(slots * hidden_padded + (slots * hidden_padded >= 128 ? 16 : 0)) {}

std::size_t Layout::input_gate(std::size_t slot) const {
    const bool is_gru = kind == CellKind::gru || kind == CellKind::gru_reset_before;
    return is_gru ? (slot + 2) % 3 : slot;  // n, r, z are PyTorch's 2, 0, 1
}

}  // namespace cellwise::engine
