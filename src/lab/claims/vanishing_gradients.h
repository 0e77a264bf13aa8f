#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/cell.h"
#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// How much of the gradient is left far back in time: the experiment of the claims about vanishing gradients.

enum class Weights { untrained, trained };

/// log10: a hundredth of the gradient, or less, counts as vanished.
inline constexpr double vanished = -2;

/// For each seed log10 of the share left (GradientShare), with Keras's initial weights or after the
/// tutorial's training. Unfit if a training diverged.
[[nodiscard]] Measurement gradient_left(Cell cell, Weights weights, Laboratory& lab,
                                        std::span<const std::uint64_t> seeds);

inline constexpr const char* gradient_left_estimand =
    "log10 of the share of ‖∂L/∂h‖ left 100 steps (quick: 20) before the end, median over 64 reviews";

/// What is looked into, in a sentence or two.
[[nodiscard]] std::string gradient_left_text(Weights weights, const Sizes& sizes);

}  // namespace cellwise::lab
