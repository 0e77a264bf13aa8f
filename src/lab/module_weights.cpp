#include "lab/module_weights.h"

#include <torch/torch.h>

#include "lab/torch_tensors.h"

namespace cellwise::lab {
namespace {

std::vector<double> wide_values(const torch::Tensor& tensor) {
    return values_of<double>(tensor.detach().to(torch::kCPU, torch::kFloat64));
}

Matrix<double> matrix_of(const torch::Tensor& tensor) {
    Matrix<double> matrix;
    matrix.rows = static_cast<std::size_t>(tensor.size(0));
    matrix.columns = static_cast<std::size_t>(tensor.size(1));
    matrix.values = wide_values(tensor);
    return matrix;
}

/// The rows of one gate; `bias` is the bias to take them from.
GateWeights<double> gate_of(const models::CellWeights& weights, const torch::Tensor& bias, std::int64_t index) {
    const auto units = weights.recurrent.size(1);
    const auto rows = [&](const torch::Tensor& all) { return all.narrow(0, index * units, units); };
    return {matrix_of(rows(weights.input)), matrix_of(rows(weights.recurrent)), wide_values(rows(bias))};
}

torch::Tensor both_biases(const models::CellWeights& weights) {
    return weights.bias.detach().to(torch::kFloat64) + weights.recurrent_bias.detach().to(torch::kFloat64);
}

}  // namespace

LstmWeights<double> lstm_weights_of(const models::CellWeights& weights) {
    const auto bias = both_biases(weights);
    const auto gate = [&](std::int64_t index) { return gate_of(weights, bias, index); };
    return {gate(1), gate(0), gate(3), gate(2)};  // stacked i, f, g, o
}

GruWeights<double> gru_weights_of(const models::CellWeights& weights, models::GruReset reset) {
    const auto units = weights.recurrent.size(1);
    if (reset == models::GruReset::before) {  // has no second bias
        return {gate_of(weights, weights.bias, 0), gate_of(weights, weights.bias, 1), gate_of(weights, weights.bias, 2),
                std::vector<double>(static_cast<std::size_t>(units))};
    }
    const auto bias = both_biases(weights);
    return {gate_of(weights, bias, 0), gate_of(weights, bias, 1), gate_of(weights, weights.bias, 2),
            wide_values(weights.recurrent_bias.narrow(0, 2 * units, units))};
}

GateWeights<double> simple_rnn_weights_of(const models::CellWeights& weights) {
    return gate_of(weights, both_biases(weights), 0);
}

}  // namespace cellwise::lab
