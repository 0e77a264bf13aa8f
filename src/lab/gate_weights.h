#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "lab/matrix.h"

namespace cellwise::lab {

/// One gate's weights: its pre-activation is W·x + U·h + b.
template <class Real>
struct GateWeights {
    Matrix<Real> input_weight;      ///< W [hidden, input]
    Matrix<Real> recurrent_weight;  ///< U [hidden, hidden]
    std::vector<Real> bias;         ///< b [hidden]
};

template <class Real>
struct LstmWeights {
    GateWeights<Real> forget_gate, input_gate, output_gate, candidate;

    [[nodiscard]] std::size_t input_size() const { return forget_gate.input_weight.columns; }
    [[nodiscard]] std::size_t hidden_size() const { return forget_gate.bias.size(); }
};

template <class Real>
struct GruWeights {
    GateWeights<Real> reset_gate, update_gate, candidate;
    /// The bias inside the reset product, r∘(U·h + b), that only the GRU which resets after the
    /// product has. [hidden]
    std::vector<Real> candidate_recurrent_bias;

    [[nodiscard]] std::size_t input_size() const { return reset_gate.input_weight.columns; }
    [[nodiscard]] std::size_t hidden_size() const { return reset_gate.bias.size(); }
};

/// Zero weights of the given sizes.
[[nodiscard]] LstmWeights<double> zero_lstm_weights(std::size_t input_size, std::size_t hidden_size);
[[nodiscard]] GruWeights<double> zero_gru_weights(std::size_t input_size, std::size_t hidden_size);

/// Standard normal weights and biases times `scale`, drawn in the order of the tutorial's code: all
/// input weights, all recurrent weights, all biases; in each, forget, input, output, candidate (GRU:
/// reset, update, candidate; its recurrent bias is zero, as the tutorial has none).
[[nodiscard]] LstmWeights<double> random_lstm_weights(std::size_t input_size, std::size_t hidden_size, Random& random,
                                                      double scale = 1);
[[nodiscard]] GruWeights<double> random_gru_weights(std::size_t input_size, std::size_t hidden_size, Random& random,
                                                    double scale = 1);

/// Calls visit(name, gate) for each gate, in the order of the weights file.
template <class Weights, class Visit>
void for_each_lstm_gate(Weights& weights, Visit visit) {
    visit(std::string_view("forget_gate"), weights.forget_gate);
    visit(std::string_view("input_gate"), weights.input_gate);
    visit(std::string_view("output_gate"), weights.output_gate);
    visit(std::string_view("candidate"), weights.candidate);
}
template <class Weights, class Visit>
void for_each_gru_gate(Weights& weights, Visit visit) {
    visit(std::string_view("reset_gate"), weights.reset_gate);
    visit(std::string_view("update_gate"), weights.update_gate);
    visit(std::string_view("candidate"), weights.candidate);
}

template <class To, class From>
[[nodiscard]] GateWeights<To> convert(const GateWeights<From>& gate) {
    return {convert<To>(gate.input_weight), convert<To>(gate.recurrent_weight), convert<To>(gate.bias)};
}
template <class To, class From>
[[nodiscard]] LstmWeights<To> convert(const LstmWeights<From>& weights) {
    return {convert<To>(weights.forget_gate), convert<To>(weights.input_gate), convert<To>(weights.output_gate),
            convert<To>(weights.candidate)};
}
template <class To, class From>
[[nodiscard]] GruWeights<To> convert(const GruWeights<From>& weights) {
    return {convert<To>(weights.reset_gate), convert<To>(weights.update_gate), convert<To>(weights.candidate),
            convert<To>(weights.candidate_recurrent_bias)};
}

}  // namespace cellwise::lab
