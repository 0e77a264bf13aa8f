#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "core/error.h"
#include "lab/gate_weights.h"

namespace cellwise::lab {

/// σ(a) = 1 / (1 + e^(−a)); e^(−a) may overflow to infinity, which rightly gives 0.
template <class Real>
[[nodiscard]] Real sigmoid(Real a) {
    return Real(1) / (Real(1) + std::exp(-a));
}

template <class Real>
[[nodiscard]] Real dot(Values<Real> a, Values<Real> b) {
    Real sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// W·x + U·h + b, [hidden].
template <class Real>
[[nodiscard]] std::vector<Real> pre_activation(const GateWeights<Real>& gate, Values<Real> input,
                                               Values<Real> hidden_state) {
    std::vector<Real> result(gate.bias.size());
    for (std::size_t j = 0; j < result.size(); ++j) {
        result[j] = dot<Real>(gate.input_weight.row(j), input) + dot<Real>(gate.recurrent_weight.row(j), hidden_state) +
                    gate.bias[j];
    }
    return result;
}

template <class Real>
[[nodiscard]] std::vector<Real> sigmoid_of(std::vector<Real> values) {
    for (Real& value : values) value = sigmoid(value);
    return values;
}

template <class Real>
[[nodiscard]] std::vector<Real> tanh_of(std::vector<Real> values) {
    for (Real& value : values) value = std::tanh(value);
    return values;
}

inline void require_length(std::size_t length, std::size_t expected, const char* what) {
    if (length != expected) {
        throw InternalError(std::string(what) + " has " + std::to_string(length) + " values, the weights need " +
                            std::to_string(expected));
    }
}

}  // namespace cellwise::lab
