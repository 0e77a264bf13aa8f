#include "lab/gru_step.h"

#include <algorithm>

#include "lab/arithmetic.h"

namespace cellwise::lab {
namespace {

/// Wn·x + bn + (Un·(r∘h), or r∘(Un·h + dn)).
template <class Real>
std::vector<Real> candidate_pre_activation(const GruWeights<Real>& weights, bool reset_before, Values<Real> input,
                                           Values<Real> hidden_state, Values<Real> reset_gate) {
    const auto& gate = weights.candidate;
    std::vector<Real> reset_state(hidden_state.begin(), hidden_state.end());
    for (std::size_t j = 0; j < reset_state.size(); ++j) reset_state[j] *= reset_gate[j];

    std::vector<Real> result(weights.hidden_size());
    for (std::size_t j = 0; j < result.size(); ++j) {
        const auto recurrent_row = gate.recurrent_weight.row(j);
        const Real recurrent =
            reset_before
                ? dot<Real>(recurrent_row, reset_state)
                : reset_gate[j] * (dot<Real>(recurrent_row, hidden_state) + weights.candidate_recurrent_bias[j]);
        result[j] = dot<Real>(gate.input_weight.row(j), input) + gate.bias[j] + recurrent;
    }
    return result;
}

}  // namespace

std::string_view gru_convention_name(GruConvention convention) {
    switch (convention) {
        case GruConvention::notes:
            return "notes";
        case GruConvention::torch:
            return "torch";
        case GruConvention::keras_before:
            return "keras_before";
    }
    throw InternalError("unknown GRU convention");
}

template <class Real>
GruStep<Real> gru_step(const GruWeights<Real>& weights, GruConvention convention, Values<Real> input,
                       Values<Real> hidden_state) {
    require_length(input.size(), weights.input_size(), "the input");
    require_length(hidden_state.size(), weights.hidden_size(), "the hidden state");

    GruStep<Real> step;
    step.reset_gate = sigmoid_of(pre_activation(weights.reset_gate, input, hidden_state));
    step.update_gate = sigmoid_of(pre_activation(weights.update_gate, input, hidden_state));
    step.candidate = tanh_of(
        candidate_pre_activation<Real>(weights, resets_before(convention), input, hidden_state, step.reset_gate));
    for (std::size_t j = 0; j < weights.hidden_size(); ++j) {
        const Real z = step.update_gate[j];
        const Real n = step.candidate[j];
        const Real h = hidden_state[j];
        step.hidden_state.push_back(update_weighs_candidate(convention) ? (1 - z) * h + z * n : (1 - z) * n + z * h);
    }
    return step;
}

template GruStep<float> gru_step(const GruWeights<float>&, GruConvention, Values<float>, Values<float>);
template GruStep<double> gru_step(const GruWeights<double>&, GruConvention, Values<double>, Values<double>);

GruWeights<double> rewritten_for_notes(GruWeights<double> weights) {
    auto& update = weights.update_gate;
    for (auto* values : {&update.input_weight.values, &update.recurrent_weight.values, &update.bias}) {
        for (double& value : *values) value = -value;
    }
    for (std::size_t j = 0; j < weights.hidden_size(); ++j) {
        weights.candidate.bias[j] += weights.candidate_recurrent_bias[j];
        weights.candidate_recurrent_bias[j] = 0;
    }
    return weights;
}

GruWeights<double> with_open_reset_gate(GruWeights<double> weights) {
    auto& reset = weights.reset_gate;
    std::ranges::fill(reset.input_weight.values, 0.0);
    std::ranges::fill(reset.recurrent_weight.values, 0.0);
    std::ranges::fill(reset.bias, 1000.0);  // σ(1000) is exactly 1 in float32 and float64
    return weights;
}

}  // namespace cellwise::lab
