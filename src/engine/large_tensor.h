#pragma once

#include <torch/types.h>

#include <memory>

namespace cellwise::engine {

/// A copy of a float32 CPU tensor, contiguous, in memory of allocate_array (core/large_pages.h): for
/// tables and their moments, whose rows are read in the order of words.
[[nodiscard]] torch::Tensor on_large_pages(const torch::Tensor& values);

/// Makes tensors in the memory of earlier ones that are gone. A gradient of some megabytes made anew at every step
/// costs more in page faults than its values do in arithmetic. Any thread may let a tensor go; tensors may outlive the
/// maker.
class ReusedMemory {
public:
    ReusedMemory();

    /// A float32 CPU tensor [sizes], contents not set. Throws std::bad_alloc.
    [[nodiscard]] torch::Tensor tensor(torch::IntArrayRef sizes);

private:
    struct Blocks;
    std::shared_ptr<Blocks> blocks_;
};

}  // namespace cellwise::engine
