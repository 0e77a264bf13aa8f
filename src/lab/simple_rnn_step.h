#pragma once

#include <vector>

#include "lab/gate_weights.h"

namespace cellwise::lab {

/// One step of a SimpleRNN (Elman 1990) in plain C++: h' = tanh(W·x + U·h + b), [hidden]. It has no gates.
/// Throws InternalError if a length differs from the weights' sizes.
template <class Real>
[[nodiscard]] std::vector<Real> simple_rnn_step(const GateWeights<Real>& weights, Values<Real> input,
                                                Values<Real> hidden_state);

extern template std::vector<float> simple_rnn_step(const GateWeights<float>&, Values<float>, Values<float>);
extern template std::vector<double> simple_rnn_step(const GateWeights<double>&, Values<double>, Values<double>);

}  // namespace cellwise::lab
