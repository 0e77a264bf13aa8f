#pragma once

#include "data/reviews/dataset.h"

namespace cellwise::data {

/// Takes the last reviews away from `train` and returns them: Keras's validation_split, which keeps
/// the first ⌊n·(1 − share)⌋ rows for training, before any shuffling of epochs.
/// share: in (0, 1). Throws UsageError if nothing is left on one of the sides.
[[nodiscard]] PaddedReviews take_validation(PaddedReviews& train, double share);

}  // namespace cellwise::data
