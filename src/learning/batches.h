#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "learning/examples.h"

namespace cellwise::learning {

/// All row numbers in a new random order: [rows] int64.
[[nodiscard]] torch::Tensor shuffled_rows(const Examples& examples, Random& order);

/// The same cut into batches; the short last one is kept.
[[nodiscard]] std::vector<torch::Tensor> shuffled_batches(const Examples& examples, std::int64_t batch_size,
                                                          Random& order);

}  // namespace cellwise::learning
