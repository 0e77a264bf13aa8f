#pragma once

#include <torch/types.h>

#include <cstdint>

#include "core/communicator.h"

namespace cellwise::models {

/// Which rows of a training batch this process computes, where several train one model together. A process
/// that gets none computes one row all the same, which counts for nothing, so that it takes part in what the
/// others wait for.
struct Shard {
    Communicator* processes = nullptr;
    std::int64_t first = 0;  ///< where its rows begin in the whole batch
    std::int64_t rows = 0;   ///< the first so many of the rows that it is given count
    std::int64_t of = 0;     ///< rows of the whole batch

    /// An even share of the batch for this process, the same for a given number of processes.
    [[nodiscard]] static Shard even(Communicator& processes, std::int64_t batch);

    /// The rows to compute: its own, or one that does not count.
    [[nodiscard]] std::int64_t given() const { return rows > 0 ? rows : 1; }
    [[nodiscard]] std::int64_t given_first() const { return rows > 0 ? first : 0; }
};

/// The sum of every process's `own` (float32 or float64), differentiable: an adjoint of the sum is the sum of the
/// adjoints that the processes have for it, because the loss is the sum of their losses. Every process must
/// call it, and its backward, in the same order.
[[nodiscard]] torch::Tensor sum_over_processes(const torch::Tensor& own, Communicator& processes);

}  // namespace cellwise::models
