#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/cell.h"
#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// The longest reviews, cut to fewer and fewer words: the experiment of the claims about long sequences.

/// For each seed the change of the LSTM's test accuracy from the shortest to the longest sequences, minus
/// the rival's. Unfit if either has not learnt the shortest.
[[nodiscard]] Measurement lstm_change_minus(Cell rival, Laboratory& lab, std::span<const std::uint64_t> seeds);

[[nodiscard]] std::string long_sequences_estimand(Cell rival);
/// What is trained, in a sentence or two.
[[nodiscard]] std::string long_sequences_text(const Sizes& sizes);

}  // namespace cellwise::lab
