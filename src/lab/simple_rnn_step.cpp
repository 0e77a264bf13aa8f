#include "lab/simple_rnn_step.h"

#include "lab/arithmetic.h"

namespace cellwise::lab {

template <class Real>
std::vector<Real> simple_rnn_step(const GateWeights<Real>& weights, Values<Real> input, Values<Real> hidden_state) {
    require_length(input.size(), weights.input_weight.columns, "the input");
    require_length(hidden_state.size(), weights.bias.size(), "the hidden state");
    return tanh_of(pre_activation(weights, input, hidden_state));
}

template std::vector<float> simple_rnn_step(const GateWeights<float>&, Values<float>, Values<float>);
template std::vector<double> simple_rnn_step(const GateWeights<double>&, Values<double>, Values<double>);

}  // namespace cellwise::lab
