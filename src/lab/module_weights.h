#pragma once

#include "lab/gate_weights.h"
#include "models/recurrent_layer.h"

namespace cellwise::lab {

// The weights of one direction of a trained layer, for the hand-written steps: in float64, whatever the
// module computes in. LSTM and SimpleRNN have one bias, the sum of PyTorch's two.

[[nodiscard]] LstmWeights<double> lstm_weights_of(const models::CellWeights& weights);

/// For GruConvention::torch where the layer resets after the product (`reset`), else for keras_before.
[[nodiscard]] GruWeights<double> gru_weights_of(const models::CellWeights& weights, models::GruReset reset);

/// A SimpleRNN's only "gate": h' = tanh(W·x + U·h + b).
[[nodiscard]] GateWeights<double> simple_rnn_weights_of(const models::CellWeights& weights);

}  // namespace cellwise::lab
