#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// A SimpleRNN whose initial recurrent kernel is multiplied by a factor, so that its gradients explode: the
// experiment of the claims about exploding gradients. Optimizer, corpus, factors and number of seeds were chosen
// in a pilot on seeds 100 to 107, so that the ordinary kernel learns and the multiplied ones often do not.

/// The trainings are short and their outcomes vary widely, so there are more of them than of others.
inline constexpr std::int64_t explosion_seeds = 20;

/// Keras's clipnorm, for each variable.
inline constexpr double clip_norm_used = 1;

/// For each seed the test accuracy from the ordinary kernel minus that from `factor` times it. Unfit if the
/// ordinary kernel has not learnt.
[[nodiscard]] Measurement explosion_cost(double factor, Laboratory& lab, std::span<const std::uint64_t> seeds);

/// For each seed how far the clipped training's test accuracy lies above the middle between those of the
/// ordinary kernel and of `factor` times it, unclipped. Unfit if the ordinary kernel has not learnt, or if
/// explosion_cost does not show that there is something to repair.
[[nodiscard]] Measurement clipping_repair(double factor, Laboratory& lab, std::span<const std::uint64_t> seeds);

[[nodiscard]] std::string explosion_cost_estimand(double factor);
[[nodiscard]] std::string clipping_repair_estimand(double factor);

/// What the claims at one factor have in common; name, statement, estimand and measurement are left to them.
[[nodiscard]] Claim explosion_claim(double factor);

}  // namespace cellwise::lab
