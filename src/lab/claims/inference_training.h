#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/reviews/dataset.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// The short training whose model the claims about inference compare with itself.

/// The training for a seed.
[[nodiscard]] TrainingSpec inference_training(const Laboratory& lab, std::uint64_t seed);
/// What it is, in a sentence.
[[nodiscard]] std::string inference_training_text(const Sizes& sizes);

/// effect_of(seed's training, its training reviews, its test reviews) for every seed, side by side.
template <class Effect>
[[nodiscard]] std::vector<Effect> effects_on_inference(Laboratory& lab, std::span<const std::uint64_t> seeds,
                                                       Effect (*effect_of)(const TrainingSpec&,
                                                                           const data::PaddedReviews&,
                                                                           const data::PaddedReviews&)) {
    const auto choice = inference_training(lab, 0).reviews;
    const auto& train = lab.padded(choice, false);
    const auto& test = lab.padded(choice, true);
    std::vector<Effect> all(seeds.size());
    lab.side_by_side(seeds.size(),
                     [&](std::size_t i) { all[i] = effect_of(inference_training(lab, seeds[i]), train, test); });
    return all;
}

}  // namespace cellwise::lab
