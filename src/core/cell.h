#pragma once

#include <array>
#include <string_view>

namespace cellwise {

/// The three recurrent cells of the comparison.
enum class Cell { simple_rnn, lstm, gru };

inline constexpr std::array all_cells{Cell::simple_rnn, Cell::lstm, Cell::gru};

/// The cell's name in flags, configuration and JSON: simple_rnn, lstm, gru.
[[nodiscard]] std::string_view cell_name(Cell cell);

/// The cell's name in tables and in the tutorial's lines: RNN, LSTM, GRU.
[[nodiscard]] std::string_view cell_title(Cell cell);

/// Reads a cell's name; "rnn" stands for simple_rnn. Throws UsageError for any other word.
[[nodiscard]] Cell parse_cell(std::string_view name);

/// How many blocks of hidden_size rows the cell's fused weight has: 1, 4 (i, f, g, o), 3 (r, z, n).
[[nodiscard]] constexpr int gate_count(Cell cell) { return cell == Cell::simple_rnn ? 1 : cell == Cell::lstm ? 4 : 3; }

}  // namespace cellwise
