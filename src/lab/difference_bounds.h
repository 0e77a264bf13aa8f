#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "lab/gate_weights.h"
#include "lab/gru_step.h"

namespace cellwise::lab {

/// The largest difference between the hand-written step and torch's that is put down to rounding
/// while the weights are of ordinary size: 1e-6 in float32, 1e-12 in float64.
template <class Real>
inline constexpr double base_tolerance = std::numeric_limits<Real>::digits > 24 ? 1e-12 : 1e-6;

template <class Real>
inline constexpr std::string_view precision_name = std::numeric_limits<Real>::digits > 24 ? "float64" : "float32";

/// How far two computations of one step, both honest and both in Real, can lie apart; each [hidden].
struct LstmBounds {
    std::vector<double> cell_state, hidden_state;
};

/// Derived element by element from the rounding of the operations themselves, with ε = the number
/// type's epsilon (one operation rounds by at most ε/2):
///
///  - a pre-activation a is a sum of n terms. Computed in any order it lies within n·(ε/2)·|a| of the
///    exact value, |a| being the sum of the terms' sizes (Higham, Accuracy and Stability of Numerical
///    Algorithms, 2nd ed., eq. 3.5), so two computations lie within n·ε·|a| of each other;
///  - the gate is then at most σ(a + n·ε/2·|a|) − σ(a − n·ε/2·|a|) apart, plus 4ε for σ itself: a
///    saturated gate stays sharp however large its weights are;
///  - products and sums pass differences on by the product rule and add their own rounding.
///
/// `incoming`: how far the two hidden and cell states fed in may already lie apart (default: equal).
/// The exact values are computed in long double.
template <class Real>
[[nodiscard]] LstmBounds lstm_difference_bounds(const LstmWeights<Real>& weights, Values<Real> input,
                                                Values<Real> hidden_state, Values<Real> cell_state,
                                                const LstmBounds& incoming = {});

/// The same for the GRU's hidden state, [hidden].
template <class Real>
[[nodiscard]] std::vector<double> gru_difference_bounds(const GruWeights<Real>& weights, GruConvention convention,
                                                        Values<Real> input, Values<Real> hidden_state,
                                                        const std::vector<double>& incoming = {});

/// The same for a SimpleRNN's hidden state, [hidden].
template <class Real>
[[nodiscard]] std::vector<double> simple_rnn_difference_bounds(const GateWeights<Real>& weights, Values<Real> input,
                                                               Values<Real> hidden_state,
                                                               const std::vector<double>& incoming = {});

extern template LstmBounds lstm_difference_bounds(const LstmWeights<float>&, Values<float>, Values<float>,
                                                  Values<float>, const LstmBounds&);
extern template LstmBounds lstm_difference_bounds(const LstmWeights<double>&, Values<double>, Values<double>,
                                                  Values<double>, const LstmBounds&);
extern template std::vector<double> gru_difference_bounds(const GruWeights<float>&, GruConvention, Values<float>,
                                                          Values<float>, const std::vector<double>&);
extern template std::vector<double> gru_difference_bounds(const GruWeights<double>&, GruConvention, Values<double>,
                                                          Values<double>, const std::vector<double>&);
extern template std::vector<double> simple_rnn_difference_bounds(const GateWeights<double>&, Values<double>,
                                                                 Values<double>, const std::vector<double>&);

}  // namespace cellwise::lab
