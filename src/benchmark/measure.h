#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/batches.h"
#include "benchmark/speed.h"
#include "data/reviews/dataset.h"
#include "learning/options.h"

namespace cellwise::benchmark {

/// What to measure: every cell at every combination of the sizes.
struct SpeedOptions {
    std::vector<Cell> cells{all_cells.begin(), all_cells.end()};
    std::vector<std::int64_t> batch_sizes{64};
    std::vector<std::int64_t> lengths{200};
    std::vector<std::int64_t> hidden_sizes{64};
    std::vector<std::int64_t> embedding_sizes{128};
    std::int64_t layers = 1;
    bool bidirectional = false;
    bool reads_vectors = false;  ///< the layers alone, on vectors in place of words: no embedding, no optimizer
    std::int64_t threads = 0;    ///< 0: all processors
    std::int64_t rounds = 25;
    bool with_torch = true;
    learning::Precision precision = learning::Precision::float32;  ///< of the fused engine
    bool phases = false;                                           ///< also where a training step's time goes
    data::DataOptions data;

    /// Every combination of the sizes.
    [[nodiscard]] std::vector<Shape> shapes() const;

    /// Whether one layer reads words in one direction: all that phases and frameworks are measured with.
    [[nodiscard]] bool is_plain() const { return layers == 1 && !bidirectional && !reads_vectors; }

    /// Throws UsageError naming the flag whose value is out of range, EnvironmentError for bfloat16 on a processor that
    /// has no such products.
    void validate() const;
};

/// Batches of one shape, of the real reviews or, where only the synthetic corpus is at hand, generated.
class BatchSource {
public:
    /// Finds the reviews; never downloads. Throws what data::load_dataset throws.
    explicit BatchSource(data::DataOptions options);

    [[nodiscard]] std::vector<Batch> batches(const Shape& shape, std::size_t count) const;
    /// The reviews themselves, padded.
    [[nodiscard]] data::PaddedReviews padded_train(std::int64_t length) const;
    [[nodiscard]] data::PaddedReviews padded_test(std::int64_t length) const;
    [[nodiscard]] bool generated() const { return dataset_.source.is_synthetic(); }
    /// One line about where the batches come from.
    [[nodiscard]] std::string description() const;

private:
    data::Dataset dataset_;
};

/// Measures in this process, torch and fused taking turns: in each round the machine's multiply-add
/// peak, a few training steps and forward batches of the product (models::Classifier with
/// learning::Trainer, fused engine), then the same of torch::nn with torch::optim::Adam, each after a
/// step that is not counted. A step of more than a second is counted at once and not repeated in its round. Both
/// start from the same weights; CheckFailed if their first predictions differ.
[[nodiscard]] benchmark::SpeedRecord measure_speed(const SpeedOptions& options);

}  // namespace cellwise::benchmark
