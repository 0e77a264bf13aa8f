#include "lab/claims/tutorial_training.h"

#include <fmt/format.h>

#include "lab/claims/paired_values.h"

namespace cellwise::lab {

TrainingSpec tutorial_training(const Laboratory& lab, Cell cell, std::uint64_t seed) {
    auto spec = lab.tutorial(cell, seed);
    spec.keep_model = true;
    return spec;
}

std::vector<double> tutorial_accuracies(Laboratory& lab, Cell cell, std::span<const std::uint64_t> seeds) {
    return values_of(lab.train_each(seeds, [&](std::uint64_t seed) { return tutorial_training(lab, cell, seed); }),
                     &TrainingOutcome::test_accuracy);
}

std::string tutorial_training_text(const std::string& cells, const Sizes& sizes) {
    return fmt::format("The tutorial's training: {}; {} words, Adam, batch 64, 3 epochs, {}.", model_text(cells, sizes),
                       sizes.length, reviews_text(sizes, 0, 0));
}

}  // namespace cellwise::lab
