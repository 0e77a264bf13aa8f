#include "lab/lstm_step.h"

#include "lab/arithmetic.h"

namespace cellwise::lab {

template <class Real>
LstmStep<Real> lstm_step(const LstmWeights<Real>& weights, Values<Real> input, Values<Real> hidden_state,
                         Values<Real> cell_state) {
    require_length(input.size(), weights.input_size(), "the input");
    require_length(hidden_state.size(), weights.hidden_size(), "the hidden state");
    require_length(cell_state.size(), weights.hidden_size(), "the cell state");

    LstmStep<Real> step;
    step.forget_gate = sigmoid_of(pre_activation(weights.forget_gate, input, hidden_state));
    step.input_gate = sigmoid_of(pre_activation(weights.input_gate, input, hidden_state));
    step.output_gate = sigmoid_of(pre_activation(weights.output_gate, input, hidden_state));
    step.candidate = tanh_of(pre_activation(weights.candidate, input, hidden_state));
    for (std::size_t j = 0; j < weights.hidden_size(); ++j) {
        const Real kept = step.forget_gate[j] * cell_state[j];
        const Real stored = step.input_gate[j] * step.candidate[j];
        step.cell_state.push_back(kept + stored);
        step.hidden_state.push_back(step.output_gate[j] * std::tanh(step.cell_state[j]));
    }
    return step;
}

template LstmStep<float> lstm_step(const LstmWeights<float>&, Values<float>, Values<float>, Values<float>);
template LstmStep<double> lstm_step(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>);

}  // namespace cellwise::lab
