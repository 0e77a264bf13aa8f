#pragma once

#include <cstddef>
#include <vector>

#include "data/reviews/dataset.h"
#include "lab/step_norms.h"
#include "models/classifier.h"

namespace cellwise::lab {

/// The gradients of one direction of one recurrent layer, through time.
struct StateGradients {
    std::size_t layer = 0;   ///< from 0
    bool reverse = false;    ///< the direction that reads from the last word to the first
    StepNorms hidden_state;  ///< ‖∂L/∂h_t‖₂
    StepNorms cell_state;    ///< ‖∂L/∂c_t‖₂ of an LSTM; else empty
};

struct GradientFlow {
    std::vector<double> losses;          ///< [rows]: each row's own L
    std::vector<StateGradients> states;  ///< layer by layer; in a layer forward, then reverse
};

/// How strongly each row's loss depends on the recurrent state after each step: backpropagation through
/// time, with every state of the unrolled network kept (the modules keep only their outputs).
///
/// L is one row's binary cross-entropy. ∂L/∂h_t is the total derivative: all that h_t does to L through
/// the steps behind it, an LSTM's c_t held fixed, as that is a state of its own; ∂L/∂c_t is what c_t does
/// through h_t and the steps behind it. The model computes as at inference (batch norm by its running
/// statistics, no dropout), so that rows do not touch each other; its weights, precision and mode stay as
/// they are. A norm is found without its squares, so it overflows or vanishes only where the gradient
/// itself does: in float32 below about 1e-45, in float64 below 5e-324.
///
/// Throws UsageError if the graph would need more memory than most_graph_bytes.
[[nodiscard]] GradientFlow gradient_flow(models::Classifier& model, const data::PaddedReviews& batch);

/// The most that gradient_flow lets its graph take, in bytes.
inline constexpr double most_graph_bytes = 8e9;

}  // namespace cellwise::lab
