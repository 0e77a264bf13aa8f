#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <variant>

#include "lab/gate_weights.h"

namespace cellwise::lab {

/// The largest input_size and hidden_size of a hand-written step.
inline constexpr std::size_t largest_size = 512;

using CellWeights = std::variant<LstmWeights<double>, GruWeights<double>>;

/// Reads the weights of one cell (docs/gates.md describes the file):
///
///     {"cell": "lstm", "forget_gate": {"input_weight": [[…]], "recurrent_weight": [[…]], "bias": […]},
///      "input_gate": {…}, "output_gate": {…}, "candidate": {…}}
///     {"cell": "gru", "reset_gate": {…}, "update_gate": {…}, "candidate": {…, "recurrent_bias": […]}}
///
/// Throws DataError naming the file and the key path for anything else: a missing, unknown or
/// repeated key, rows of unequal length, sizes that do not fit together, a value that is no number.
[[nodiscard]] CellWeights read_weights_file(const std::filesystem::path& path);

/// The document that read_weights_file reads.
[[nodiscard]] nlohmann::ordered_json weights_document(const LstmWeights<double>& weights);
[[nodiscard]] nlohmann::ordered_json weights_document(const GruWeights<double>& weights);

}  // namespace cellwise::lab
