#pragma once

#include <vector>

#include "lab/gate_weights.h"

namespace cellwise::lab {

/// Everything one LSTM step computes; every vector is [hidden].
template <class Real>
struct LstmStep {
    std::vector<Real> forget_gate, input_gate, output_gate;  ///< in (0, 1)
    std::vector<Real> candidate;                             ///< in (−1, 1)
    std::vector<Real> cell_state, hidden_state;
};

/// One LSTM step in plain C++ (Hochreiter and Schmidhuber 1997, with the forget gate of Gers,
/// Schmidhuber and Cummins 2000; the tutorial's formulas):
///
///     f = σ(Wf·x + Uf·h + bf)    i = σ(Wi·x + Ui·h + bi)    o = σ(Wo·x + Uo·h + bo)
///     c̃ = tanh(Wc·x + Uc·h + bc)
///     c' = f∘c + i∘c̃             h' = o∘tanh(c')
///
/// input: [input], hidden_state and cell_state: [hidden]. Throws InternalError if a length differs
/// from the weights' sizes. Real is float or double; all arithmetic is done in Real.
template <class Real>
[[nodiscard]] LstmStep<Real> lstm_step(const LstmWeights<Real>& weights, Values<Real> input, Values<Real> hidden_state,
                                       Values<Real> cell_state);

extern template LstmStep<float> lstm_step(const LstmWeights<float>&, Values<float>, Values<float>, Values<float>);
extern template LstmStep<double> lstm_step(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>);

}  // namespace cellwise::lab
