#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "data/reviews/dataset.h"

namespace cellwise::learning {

/// The ids [reviews, length] int32 and labels [reviews] uint8 as tensors over the same memory: they
/// must not outlive `reviews`, and nothing may write to them.
[[nodiscard]] torch::Tensor view_of_ids(const data::PaddedReviews& reviews);
[[nodiscard]] torch::Tensor view_of_labels(const data::PaddedReviews& reviews);

/// All row numbers in a new random order: [reviews] int64.
[[nodiscard]] torch::Tensor shuffled_rows(const data::PaddedReviews& reviews, Random& order);

/// The same cut into batches; the short last one is kept.
[[nodiscard]] std::vector<torch::Tensor> shuffled_batches(const data::PaddedReviews& reviews, std::int64_t batch_size,
                                                          Random& order);

}  // namespace cellwise::learning
