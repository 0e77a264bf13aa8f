#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "lab/state_comparison.h"
#include "models/classifier.h"

namespace cellwise::lab {

/// What one recurrent layer did at one word, by the hand-written step; every vector is [hidden].
struct TracedStep {
    std::vector<std::vector<double>> gates;  ///< as GateTrace::gate_names; none of a SimpleRNN
    std::vector<double> candidate;           ///< none of a SimpleRNN
    std::vector<double> cell_state;          ///< of an LSTM
    std::vector<double> hidden_state;
    /// The model's probability of a positive review if the text ended here.
    double probability = 0;
    StateComparison comparison;  ///< the step by hand against the module's
};

/// A text through one direction of one recurrent layer of a trained model.
struct GateTrace {
    Cell cell = Cell::lstm;
    std::vector<std::string_view> gate_names;  ///< forget_gate, input_gate, output_gate; reset_gate, update_gate
    std::vector<TracedStep> steps;             ///< one an id, in the text's order
    StateComparison states;                    ///< all steps
    /// The last hidden state's way through batch norm, dense layer and sigmoid by hand, against the model's.
    /// Only where the layer shown is the one that the model ends with, and reads forward.
    StateComparison probabilities;
    bool has_probability_check = false;
};

/// Follows ids through the layer. Each step by hand starts from the module's own state before it (an LSTM's
/// cell state: from torch::nn::LSTM with the same weights, step by step), so that every step is checked on
/// its own within the bounds of difference_bounds.h, and no difference is carried on.
///
/// The probability is the model's own for ids[0 … t], as at inference: batch norm by its running statistics.
/// layer from 0; direction 0 forward, 1 backward. The model must be in float64 (InternalError); its mode is
/// left at evaluation. Throws UsageError if there is no such layer or direction, for `--layer`, `--direction`.
[[nodiscard]] GateTrace trace_gates(models::Classifier& model, const std::vector<std::int32_t>& ids, std::size_t layer,
                                    int direction);

}  // namespace cellwise::lab
