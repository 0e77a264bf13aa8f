#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/cell.h"
#include "data/reviews/dataset.h"

namespace cellwise::benchmark {

/// What is measured. Defaults are the tutorial's.
struct Shape {
    std::int64_t batch_size = 64;
    std::int64_t length = 200;
    std::int64_t embedding_size = 128;
    std::int64_t hidden_size = 64;
    std::int64_t vocabulary_size = 10000;
    std::int64_t layers = 1;
    bool bidirectional = false;
    /// The layers read a vector of embedding_size numbers at each position in place of a word's id.
    bool reads_vectors = false;

    [[nodiscard]] std::int64_t directions() const { return bidirectional ? 2 : 1; }
};

/// One batch: ids [batch_size, length], padded at the front with 0, and labels [batch_size].
struct Batch {
    std::vector<std::int32_t> ids;
    std::vector<std::uint8_t> labels;
};

/// `count` batches of a split's reviews in their order, from the first again after the last. The
/// reviews' length must be the shape's. Throws UsageError where there are fewer reviews than a batch.
[[nodiscard]] std::vector<Batch> batches_of(const data::PaddedReviews& reviews, const Shape& shape, std::size_t count);

/// Batches shaped as the tutorial's where the reviews are not at hand: word frequencies by Zipf's law and
/// a fifth of all positions padding, so that 64 reviews of 200 words have about 10,300 words, some
/// 2,200 of them distinct.
[[nodiscard]] std::vector<Batch> generated_batches(const Shape& shape, std::size_t count);

/// What the work on a batch comes to once nothing is computed twice.
struct Work {
    double distinct = 0;   ///< different ids; positions where the layers read vectors
    double positions = 0;  ///< positions after the padding at the front

    /// Floating-point operations, in 1e9, of the matrix products alone, two for a multiply-add: the distinct
    /// ids' projections, the positions' projections in deeper layers, and the positions' recurrent products.
    /// `products` is 1 for forward and 3 for a training step.
    [[nodiscard]] double projection_gflop(Cell cell, const Shape& shape, int products) const;
    [[nodiscard]] double recurrent_gflop(Cell cell, const Shape& shape, int products) const;
    [[nodiscard]] double gflop(Cell cell, const Shape& shape, int products) const;
};

/// The mean over the batches.
[[nodiscard]] Work work_of(const std::vector<Batch>& batches, const Shape& shape);

}  // namespace cellwise::benchmark
