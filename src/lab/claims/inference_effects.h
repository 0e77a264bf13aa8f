#pragma once

#include "data/reviews/dataset.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

/// The largest difference between the probabilities that two copies of a trained model give, one in a
/// trainer with weight decay and L2 penalty, the other without either; the model being what `spec`'s training
/// leaves. `decay_moved` is the largest change of a weight by ONE training step's weight decay, to show that
/// it does act there.
struct DecayEffect {
    double inference = 0;
    double decay_moved = 0;
};
[[nodiscard]] DecayEffect weight_decay_effect(const TrainingSpec& spec, const data::PaddedReviews& train,
                                              const data::PaddedReviews& test);

/// Largest and mean difference between the probabilities of a model trained with batch normalisation and
/// those of the same model with the normalisation left out, both at inference.
struct NormEffect {
    double mean = 0;
    double largest = 0;
    double running_batch = 0;  ///< mean difference between normalising by running and by batch statistics
};
[[nodiscard]] NormEffect batch_norm_effect(const TrainingSpec& spec, const data::PaddedReviews& train,
                                           const data::PaddedReviews& test);

}  // namespace cellwise::lab
