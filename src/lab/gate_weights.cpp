#include "lab/gate_weights.h"

namespace cellwise::lab {
namespace {

GateWeights<double> zero_gate(std::size_t input_size, std::size_t hidden_size) {
    return {Matrix<double>(hidden_size, input_size), Matrix<double>(hidden_size, hidden_size),
            std::vector<double>(hidden_size)};
}

void draw(std::vector<double>& values, Random& random, double scale) {
    for (double& value : values) value = scale * random.normal();
}

}  // namespace

LstmWeights<double> zero_lstm_weights(std::size_t input_size, std::size_t hidden_size) {
    const auto gate = zero_gate(input_size, hidden_size);
    return {gate, gate, gate, gate};
}

GruWeights<double> zero_gru_weights(std::size_t input_size, std::size_t hidden_size) {
    const auto gate = zero_gate(input_size, hidden_size);
    return {gate, gate, gate, std::vector<double>(hidden_size)};
}

LstmWeights<double> random_lstm_weights(std::size_t input_size, std::size_t hidden_size, Random& random, double scale) {
    auto weights = zero_lstm_weights(input_size, hidden_size);
    for_each_lstm_gate(weights, [&](auto, auto& gate) { draw(gate.input_weight.values, random, scale); });
    for_each_lstm_gate(weights, [&](auto, auto& gate) { draw(gate.recurrent_weight.values, random, scale); });
    for_each_lstm_gate(weights, [&](auto, auto& gate) { draw(gate.bias, random, scale); });
    return weights;
}

GruWeights<double> random_gru_weights(std::size_t input_size, std::size_t hidden_size, Random& random, double scale) {
    auto weights = zero_gru_weights(input_size, hidden_size);
    for_each_gru_gate(weights, [&](auto, auto& gate) { draw(gate.input_weight.values, random, scale); });
    for_each_gru_gate(weights, [&](auto, auto& gate) { draw(gate.recurrent_weight.values, random, scale); });
    for_each_gru_gate(weights, [&](auto, auto& gate) { draw(gate.bias, random, scale); });
    return weights;
}

}  // namespace cellwise::lab
