#include "lab/numeric_range.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cellwise::lab {
namespace {

template <class Real>
bool fits(double value) {
    return std::abs(value) < static_cast<double>(std::numeric_limits<Real>::max() / 2);  // false for NaN
}

template <class Real>
bool all_fit(Values<double> values) {
    return std::ranges::all_of(values, fits<Real>);
}

/// Σ|w·x|; infinite where it overflows.
double size_of_sum(Values<double> weights, Values<double> values) {
    double size = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) size += std::abs(weights[k] * values[k]);
    return size;
}

template <class Real>
bool gate_fits(const GateWeights<double>& gate, Values<double> input, Values<double> hidden_state, double spare_bias) {
    if (!all_fit<Real>(gate.input_weight.values) || !all_fit<Real>(gate.recurrent_weight.values)) return false;
    for (std::size_t j = 0; j < gate.bias.size(); ++j) {
        const double size = size_of_sum(gate.input_weight.row(j), input) +
                            size_of_sum(gate.recurrent_weight.row(j), hidden_state) + std::abs(gate.bias[j]);
        if (!fits<Real>(size + spare_bias)) return false;
    }
    return true;
}

}  // namespace

template <class Real>
bool fits_in(const LstmWeights<double>& weights, Values<double> input, Values<double> hidden_state,
             Values<double> cell_state) {
    bool all = all_fit<Real>(input) && all_fit<Real>(hidden_state) && all_fit<Real>(cell_state);
    for_each_lstm_gate(weights,
                       [&](auto, const auto& gate) { all = all && gate_fits<Real>(gate, input, hidden_state, 0); });
    return all;
}

template <class Real>
bool fits_in(const GruWeights<double>& weights, Values<double> input, Values<double> hidden_state) {
    double largest_bias = 0;
    for (const double bias : weights.candidate_recurrent_bias) largest_bias = std::max(largest_bias, std::abs(bias));
    bool all = all_fit<Real>(input) && all_fit<Real>(hidden_state) && fits<Real>(largest_bias);
    for_each_gru_gate(weights, [&](auto, const auto& gate) {
        all = all && gate_fits<Real>(gate, input, hidden_state, largest_bias);
    });
    return all;
}

template bool fits_in<float>(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>);
template bool fits_in<double>(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>);
template bool fits_in<float>(const GruWeights<double>&, Values<double>, Values<double>);
template bool fits_in<double>(const GruWeights<double>&, Values<double>, Values<double>);

}  // namespace cellwise::lab
