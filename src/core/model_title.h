#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/cell.h"

namespace cellwise {

/// What a model is called: its cell ("LSTM"), or all cells of a stack of unlike layers in their order ("LSTM + GRU").
/// `stack` is the setting's text, "lstm:6,gru:4", empty for equal layers.
[[nodiscard]] std::string model_title(Cell cell, std::string_view stack);

/// What its run with this seed is called: "LSTM seed 0".
[[nodiscard]] std::string run_title(Cell cell, std::string_view stack, std::uint64_t seed);

}  // namespace cellwise
