#pragma once

#include <cstdint>

#include "data/reviews/dataset.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

/// Where a hidden layer's batch normalisation stands.
enum class NormPosition { none, before_activation, after_activation };

/// A feed-forward classifier: mean of the word vectors (padding left out) → dense → ReLU → dense(1), with
/// batch normalisation before the ReLU (Ioffe and Szegedy 2015), after it, or not at all. Initial values,
/// optimizer and order are the tutorial's; they do not depend on the position.
struct NormalisedLayerSpec {
    NormPosition position = NormPosition::none;
    std::int64_t vocabulary_size = 10000, embedding_size = 128, hidden_size = 64;
    std::int64_t epochs = 4;
    std::int64_t batch_size = 64;
    std::uint64_t seed = 0;
};

struct NormalisedLayerOutcome {
    double test_accuracy = 0;
    double first_epoch_loss = 0;  ///< mean over the batches
};

[[nodiscard]] NormalisedLayerOutcome train_normalised_layer(const NormalisedLayerSpec& spec,
                                                            const data::PaddedReviews& train,
                                                            const data::PaddedReviews& test);

}  // namespace cellwise::lab
