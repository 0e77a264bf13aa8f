#pragma once

#include <torch/types.h>

namespace cellwise::engine {

/// A copy of a float32 CPU tensor, contiguous, in memory of allocate_array (core/large_pages.h): for
/// tables and their moments, whose rows are read in the order of words.
[[nodiscard]] torch::Tensor on_large_pages(const torch::Tensor& values);

}  // namespace cellwise::engine
