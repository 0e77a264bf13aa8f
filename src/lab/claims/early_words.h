#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/cell.h"
#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// One cue word at a known distance from the end of a synthetic review: the experiment of the claims about
// early words.

/// A loss of accuracy smaller than this counts as none.
inline constexpr double no_fading = 0.02;

/// For each seed a cell's accuracy with late cues minus that with early ones. Unfit if the cell has learnt
/// to read a cue at no distance.
[[nodiscard]] Measurement fading(Cell cell, Laboratory& lab, std::span<const std::uint64_t> seeds);
/// For each seed the SimpleRNN's loss of accuracy from late to early cues minus the cell's.
[[nodiscard]] Measurement fading_against_rnn(Cell cell, Laboratory& lab, std::span<const std::uint64_t> seeds);

[[nodiscard]] std::string fading_estimand(Cell cell);
[[nodiscard]] std::string fading_against_rnn_estimand(Cell cell);
/// What is trained and tested, in a few sentences.
[[nodiscard]] std::string fading_text(const Sizes& sizes);

}  // namespace cellwise::lab
