#pragma once

#include <cstdint>
#include <string>

#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// The training that the claims about L2 and batch normalisation share: an LSTM that overfits, on a fifth of
// the reviews. λ of the penalty λ‖W‖² on its kernels:
inline constexpr double l2_penalty_used = 0.001;

[[nodiscard]] TrainingSpec regularised_training(const Laboratory& lab, std::uint64_t seed, bool l2, bool batch_norm);

/// What that training is, in a sentence.
[[nodiscard]] std::string regularised_training_text(const Sizes& sizes);

}  // namespace cellwise::lab
