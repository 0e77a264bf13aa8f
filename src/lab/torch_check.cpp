#include "lab/torch_check.h"

#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "lab/difference_bounds.h"
#include "lab/lstm_step.h"
#include "lab/torch_tensors.h"

namespace cellwise::lab {
namespace {

/// One gate's weights as tensors: W [hidden, input], U [hidden, hidden], the two biases [hidden].
struct GateTensors {
    torch::Tensor input_weight, recurrent_weight, input_bias, recurrent_bias;
};

template <class Real>
GateTensors tensors_of(const GateWeights<Real>& gate) {
    const auto bias = tensor_of<Real>(gate.bias);
    return {tensor_of(gate.input_weight), tensor_of(gate.recurrent_weight), bias, torch::zeros_like(bias)};
}

GateTensors zeros_like(const GateTensors& gate) {
    return {torch::zeros_like(gate.input_weight), torch::zeros_like(gate.recurrent_weight),
            torch::zeros_like(gate.input_bias), torch::zeros_like(gate.recurrent_bias)};
}

/// A torch::nn cell whose weights are the gates stacked one below the other.
template <class CellModule>
CellModule cell_of(const std::vector<GateTensors>& gates) {
    const auto& first = gates.front().input_weight;
    CellModule cell(first.size(1), first.size(0));
    cell->to(first.scalar_type());
    const auto stack = [&](torch::Tensor GateTensors::*part, torch::Tensor& into) {
        std::vector<torch::Tensor> parts;
        for (const auto& gate : gates) parts.push_back(gate.*part);
        into.copy_(torch::cat(parts));
    };
    stack(&GateTensors::input_weight, cell->weight_ih);
    stack(&GateTensors::recurrent_weight, cell->weight_hh);
    stack(&GateTensors::input_bias, cell->bias_ih);
    stack(&GateTensors::recurrent_bias, cell->bias_hh);
    return cell;
}

template <class Real>
torch::Tensor row_of(Values<Real> values) {
    return tensor_of<Real>(values).unsqueeze(0);
}

template <class Real>
const GateWeights<Real>& gate_of(const LstmWeights<Real>& weights, LstmGate gate) {
    switch (gate) {
        case LstmGate::forget:
            return weights.forget_gate;
        case LstmGate::input:
            return weights.input_gate;
        case LstmGate::output:
            return weights.output_gate;
        case LstmGate::candidate:
            return weights.candidate;
    }
    throw InternalError("unknown LSTM gate");
}

template <class Real>
StateComparison compare_lstm(const LstmWeights<Real>& weights, Values<Real> input, Values<Real> hidden_state,
                             Values<Real> cell_state, const LstmGateOrder& order) {
    const torch::NoGradGuard no_grad;
    std::vector<GateTensors> gates;
    for (const LstmGate gate : order) gates.push_back(tensors_of(gate_of(weights, gate)));
    auto cell = cell_of<torch::nn::LSTMCell>(gates);
    const auto [hidden, memory] =
        cell(row_of<Real>(input), std::make_tuple(row_of<Real>(hidden_state), row_of<Real>(cell_state)));

    const auto step = lstm_step(weights, input, hidden_state, cell_state);
    const auto bounds = lstm_difference_bounds(weights, input, hidden_state, cell_state);
    StateComparison comparison;
    comparison.add(step.cell_state, values_of<Real>(memory), bounds.cell_state, base_tolerance<Real>);
    comparison.add(step.hidden_state, values_of<Real>(hidden), bounds.hidden_state, base_tolerance<Real>);
    return comparison;
}

struct GruTensors {
    GateTensors reset, update, candidate;

    [[nodiscard]] torch::nn::GRUCell cell(const GruGateOrder& order) const {
        std::vector<GateTensors> gates;
        for (const GruGate gate : order) {
            gates.push_back(gate == GruGate::reset ? reset : gate == GruGate::update ? update : candidate);
        }
        return cell_of<torch::nn::GRUCell>(gates);
    }
};

template <class Real>
torch::Tensor run_reset_after(const GruWeights<Real>& weights, const torch::Tensor& input, const torch::Tensor& hidden,
                              const GruGateOrder& order) {
    GruTensors gates{tensors_of(weights.reset_gate), tensors_of(weights.update_gate), tensors_of(weights.candidate)};
    gates.candidate.recurrent_bias = tensor_of<Real>(weights.candidate_recurrent_bias);
    return gates.cell(order)(input, hidden);
}

/// Two GRUCells that together reset before the product (see torch_check.h).
template <class Real>
torch::Tensor run_reset_before(const GruWeights<Real>& weights, bool update_weighs_candidate,
                               const torch::Tensor& input, const torch::Tensor& hidden, const GruGateOrder& order) {
    GruTensors gates{tensors_of(weights.reset_gate), tensors_of(weights.update_gate), tensors_of(weights.candidate)};
    const GruTensors resetting{zeros_like(gates.reset), gates.reset, zeros_like(gates.candidate)};
    const auto reset_state = resetting.cell(order)(input, hidden);

    for (GateTensors* gate : {&gates.reset, &gates.update}) {
        gate->input_weight = torch::cat({gate->input_weight, torch::zeros_like(gate->recurrent_weight)}, 1);
    }
    auto& candidate = gates.candidate;
    candidate.input_weight = torch::cat({candidate.input_weight, candidate.recurrent_weight}, 1);
    candidate.recurrent_weight = torch::zeros_like(candidate.recurrent_weight);
    if (update_weighs_candidate) {
        auto& update = gates.update;
        update = {-update.input_weight, -update.recurrent_weight, -update.input_bias, update.recurrent_bias};
    }
    return gates.cell(order)(torch::cat({input, reset_state}, 1), hidden);
}

template <class Real>
StateComparison compare_gru(const GruWeights<Real>& weights, GruConvention convention, Values<Real> input,
                            Values<Real> hidden_state, const GruGateOrder& order) {
    const torch::NoGradGuard no_grad;
    const auto x = row_of<Real>(input);
    const auto h = row_of<Real>(hidden_state);
    const auto theirs = resets_before(convention)
                            ? run_reset_before(weights, update_weighs_candidate(convention), x, h, order)
                            : run_reset_after(weights, x, h, order);
    StateComparison comparison;
    comparison.add(gru_step(weights, convention, input, hidden_state).hidden_state, values_of<Real>(theirs),
                   gru_difference_bounds(weights, convention, input, hidden_state), base_tolerance<Real>);
    return comparison;
}

std::vector<double> normal_values(std::size_t count, Random& random) {
    std::vector<double> values(count);
    for (double& value : values) value = random.normal();
    return values;
}

/// Keeps the probe's pre-activations near 1 at every size, where no gate is saturated.
double probe_scale(std::size_t input_size, std::size_t hidden_size) {
    return 1 / std::sqrt(static_cast<double>(input_size + hidden_size + 1));
}

}  // namespace

template <class Real>
StepCheck check_lstm_step(const LstmWeights<Real>& weights, Values<Real> input, Values<Real> hidden_state,
                          Values<Real> cell_state, const LstmGateOrder& order) {
    Random random(0, "gate order probe");
    const auto inputs = weights.input_size(), units = weights.hidden_size();
    const auto probe = random_lstm_weights(inputs, units, random, probe_scale(inputs, units));
    const auto x = normal_values(inputs, random), h = normal_values(units, random), c = normal_values(units, random);
    return {precision_name<Real>, compare_lstm(weights, input, hidden_state, cell_state, order),
            compare_lstm<double>(probe, x, h, c, order)};
}

template <class Real>
StepCheck check_gru_step(const GruWeights<Real>& weights, GruConvention convention, Values<Real> input,
                         Values<Real> hidden_state, const GruGateOrder& order) {
    Random random(0, "gate order probe");
    const auto inputs = weights.input_size(), units = weights.hidden_size();
    auto probe = random_gru_weights(inputs, units, random, probe_scale(inputs, units));
    probe.candidate_recurrent_bias = normal_values(units, random);
    const auto x = normal_values(inputs, random), h = normal_values(units, random);
    return {precision_name<Real>, compare_gru(weights, convention, input, hidden_state, order),
            compare_gru<double>(probe, convention, x, h, order)};
}

template StepCheck check_lstm_step(const LstmWeights<float>&, Values<float>, Values<float>, Values<float>,
                                   const LstmGateOrder&);
template StepCheck check_lstm_step(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>,
                                   const LstmGateOrder&);
template StepCheck check_gru_step(const GruWeights<float>&, GruConvention, Values<float>, Values<float>,
                                  const GruGateOrder&);
template StepCheck check_gru_step(const GruWeights<double>&, GruConvention, Values<double>, Values<double>,
                                  const GruGateOrder&);

}  // namespace cellwise::lab
