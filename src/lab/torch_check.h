#pragma once

#include <array>
#include <string_view>

#include "lab/gate_weights.h"
#include "lab/gru_step.h"
#include "lab/state_comparison.h"

namespace cellwise::lab {

/// What a comparison of the hand-written step with torch found.
struct StepCheck {
    std::string_view precision;  ///< float32 or float64
    StateComparison state;       ///< the user's numbers, in that precision
    StateComparison probe;       ///< the gate order probe, in float64 (see below)

    [[nodiscard]] bool agrees() const { return state.agrees() && probe.agrees(); }
};

enum class LstmGate { forget, input, output, candidate };
using LstmGateOrder = std::array<LstmGate, 4>;
/// How torch::nn::LSTMCell stacks its gates: i, f, g, o.
inline constexpr LstmGateOrder torch_lstm_gate_order{LstmGate::input, LstmGate::forget, LstmGate::candidate,
                                                     LstmGate::output};

enum class GruGate { reset, update, candidate };
using GruGateOrder = std::array<GruGate, 3>;
/// How torch::nn::GRUCell stacks its gates: r, z, n.
inline constexpr GruGateOrder torch_gru_gate_order{GruGate::reset, GruGate::update, GruGate::candidate};

/// Runs lstm_step and torch::nn::LSTMCell on the same numbers, the gates stacked for torch in `order`,
/// and compares h' and c' element by element. An element agrees if the difference is at most
/// base_tolerance, or what lstm_difference_bounds allows where that is more (large weights).
///
/// Gates that are all saturated give the same state in any order, so each check repeats the
/// comparison on a probe: random weights of ordinary size and of the same shapes, in float64. A wrong
/// `order` therefore never passes, whatever the weights are.
///
/// Needs fits_in<Real> of the values (numeric_range.h).
template <class Real>
[[nodiscard]] StepCheck check_lstm_step(const LstmWeights<Real>& weights, Values<Real> input, Values<Real> hidden_state,
                                        Values<Real> cell_state, const LstmGateOrder& order = torch_lstm_gate_order);

/// The same for the GRU. torch::nn::GRUCell computes GruConvention::torch by itself. The conventions
/// that reset before the product are put together from two GRUCells: one whose update gate carries
/// the reset gate's weights and whose candidate is 0 gives r∘h; the other gets [x, r∘h] as its input,
/// with Un among its input weights and, for the notes, a negated update gate.
template <class Real>
[[nodiscard]] StepCheck check_gru_step(const GruWeights<Real>& weights, GruConvention convention, Values<Real> input,
                                       Values<Real> hidden_state, const GruGateOrder& order = torch_gru_gate_order);

extern template StepCheck check_lstm_step(const LstmWeights<float>&, Values<float>, Values<float>, Values<float>,
                                          const LstmGateOrder&);
extern template StepCheck check_lstm_step(const LstmWeights<double>&, Values<double>, Values<double>, Values<double>,
                                          const LstmGateOrder&);
extern template StepCheck check_gru_step(const GruWeights<float>&, GruConvention, Values<float>, Values<float>,
                                         const GruGateOrder&);
extern template StepCheck check_gru_step(const GruWeights<double>&, GruConvention, Values<double>, Values<double>,
                                         const GruGateOrder&);

}  // namespace cellwise::lab
