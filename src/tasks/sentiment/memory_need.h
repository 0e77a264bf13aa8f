#pragma once

#include <cstddef>
#include <cstdint>

#include "tasks/sentiment/configuration.h"

namespace cellwise::sentiment {

/// The reviews that a training is about to pad.
struct ReviewSizes {
    std::size_t train = 0;    ///< reviews to train on, those held out included
    std::size_t test = 0;     ///< reviews to test with
    std::size_t longest = 0;  ///< words of the longest of them
};
[[nodiscard]] ReviewSizes sizes_of(const data::Reviews& train, const data::Reviews& test);

/// What a training needs at least, in bytes. What LibTorch and the engine need beside it is not counted.
struct MemoryNeed {
    double reviews = 0;  ///< the padded word ids, int32 [reviews, length]
    double model = 0;  ///< weights, gradients, the optimizer's moments, and their copies while a checkpoint is written
    double batch = 0;  ///< gates and states of every step of one batch, which the backward pass reads
    [[nodiscard]] double total() const { return reviews + model + batch; }
};

/// How many runs train side by side: --jobs, or where it is 0 as many as the fused engine has threads for.
[[nodiscard]] std::size_t runs_at_once(const Configuration& configuration);

/// Of the largest of the configuration's cells, of runs_at_once().
[[nodiscard]] MemoryNeed memory_need(const Configuration& configuration, const ReviewSizes& sizes);

/// Throws UsageError, with the bytes needed and there, if the machine cannot hold it: before anything large
/// is allocated.
void require_memory_for(const Configuration& configuration, const ReviewSizes& sizes);

}  // namespace cellwise::sentiment
