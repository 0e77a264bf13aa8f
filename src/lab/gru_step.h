#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "lab/gate_weights.h"

namespace cellwise::lab {

/// The three ways a GRU is written down.
enum class GruConvention {
    notes,         ///< the tutorial: z weighs the new candidate; reset before the recurrent product
    torch,         ///< torch::nn::GRUCell and Keras's default: z weighs the old state; reset after it
    keras_before,  ///< Keras with reset_after=False: z weighs the old state; reset before it
};

inline constexpr std::array all_gru_conventions{GruConvention::notes, GruConvention::torch,
                                                GruConvention::keras_before};

/// notes, torch, keras_before.
[[nodiscard]] std::string_view gru_convention_name(GruConvention convention);

[[nodiscard]] constexpr bool resets_before(GruConvention convention) { return convention != GruConvention::torch; }
[[nodiscard]] constexpr bool update_weighs_candidate(GruConvention convention) {
    return convention == GruConvention::notes;
}

/// Everything one GRU step computes; every vector is [hidden].
template <class Real>
struct GruStep {
    std::vector<Real> reset_gate, update_gate;  ///< in (0, 1)
    std::vector<Real> candidate;                ///< in (−1, 1)
    std::vector<Real> hidden_state;
};

/// One GRU step in plain C++:
///
///     r = σ(Wr·x + Ur·h + br)    z = σ(Wz·x + Uz·h + bz)
///     candidate, reset before:  n = tanh(Wn·x + Un·(r∘h) + bn)          (Cho et al. 2014, the notes)
///     candidate, reset after:   n = tanh(Wn·x + bn + r∘(Un·h + dn))     (torch::nn::GRUCell)
///     notes:  h' = (1 − z)∘h + z∘n      torch, Keras:  h' = (1 − z)∘n + z∘h
///
/// dn, the candidate's recurrent bias, is used by the reset after the product alone.
/// input: [input], hidden_state: [hidden]. Throws InternalError if a length differs from the weights'.
template <class Real>
[[nodiscard]] GruStep<Real> gru_step(const GruWeights<Real>& weights, GruConvention convention, Values<Real> input,
                                     Values<Real> hidden_state);

extern template GruStep<float> gru_step(const GruWeights<float>&, GruConvention, Values<float>, Values<float>);
extern template GruStep<double> gru_step(const GruWeights<double>&, GruConvention, Values<double>, Values<double>);

/// The torch convention's weights, rewritten for the notes': the update gate is negated, since
/// σ(−a) = 1 − σ(a), and the two biases of the candidate become one. What then still differs is the
/// place of the reset gate; with r = 1 nothing does.
[[nodiscard]] GruWeights<double> rewritten_for_notes(GruWeights<double> weights);

/// The weights with a reset gate that is wide open: r = 1, whatever the input.
[[nodiscard]] GruWeights<double> with_open_reset_gate(GruWeights<double> weights);

}  // namespace cellwise::lab
