#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// The tutorial's training, which several claims share.

/// The laboratory's tutorial() with the trained weights kept, as the gradient claims look into them.
[[nodiscard]] TrainingSpec tutorial_training(const Laboratory& lab, Cell cell, std::uint64_t seed);

/// Test accuracies after it, one for each seed.
[[nodiscard]] std::vector<double> tutorial_accuracies(Laboratory& lab, Cell cell, std::span<const std::uint64_t> seeds);

/// What that training is, in a sentence; `cells` stands where the cell is named.
[[nodiscard]] std::string tutorial_training_text(const std::string& cells, const Sizes& sizes);

}  // namespace cellwise::lab
