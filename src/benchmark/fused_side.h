#pragma once

#include <torch/types.h>

#include <cstddef>
#include <optional>
#include <vector>

#include "benchmark/batches.h"
#include "benchmark/phases.h"
#include "benchmark/speed.h"
#include "learning/trainer.h"
#include "models/classifier.h"

namespace cellwise::benchmark {

/// A batch as tensors: ids [batch, time] int32, labels [batch].
struct TensorBatch {
    torch::Tensor ids, labels, float_labels;
    torch::Tensor vectors;  ///< [batch, time, features], with a gradient; undefined where the layers read ids
};

/// Calls `seconds_of_a_run` once to warm up and `runs` times more, whose times it adds in milliseconds. A first run of
/// over a second counts and is the only one.
template <class Run>
void repeat(int runs, Run&& seconds_of_a_run, std::vector<double>& milliseconds) {
    const double first = seconds_of_a_run();
    if (first > 1) {
        milliseconds.push_back(1e3 * first);
        return;
    }
    for (int i = 0; i < runs; ++i) milliseconds.push_back(1e3 * seconds_of_a_run());
}

/// The tutorial's classifier at these sizes.
[[nodiscard]] models::Classifier classifier_of(Cell cell, const Shape& shape, models::Engine engine);

/// The product's side of a measurement: models::Classifier on the fused engine with learning::Trainer
/// and Keras's Adam, as `cellwise train` runs it.
class FusedSide {
public:
    FusedSide(Cell cell, const Shape& shape, const std::vector<Batch>& batches, std::int64_t threads, bool with_phases,
              learning::Precision precision = learning::Precision::float32);

    /// A few training steps and forward batches, as repeat() counts them; before them a pause in which other threads
    /// go to sleep.
    void run();

    /// The next batch in turn.
    const TensorBatch& next() { return batches_[number_++ % batches_.size()]; }

    [[nodiscard]] const TensorBatch& first_batch() const { return batches_.front(); }

    /// Probabilities of the first batch, in evaluation mode.
    [[nodiscard]] torch::Tensor first_probabilities();

    [[nodiscard]] models::Classifier& model() { return trainer_.model(); }
    [[nodiscard]] benchmark::Timing train() const { return benchmark::Timing::of(train_); }
    [[nodiscard]] benchmark::Timing forward() const { return benchmark::Timing::of(forward_); }
    /// Empty unless asked for.
    [[nodiscard]] std::vector<benchmark::PhaseTiming> phases(const Work& work) const;

private:
    torch::Tensor logits(const TensorBatch& batch);
    // Forward, loss and backward.
    void differentiate(const TensorBatch& batch);

    Shape shape_;
    learning::Trainer trainer_;
    models::Classifier model_;  // the trainer's, whose weights need not be up to date where time alone is asked for
    learning::Optimizer::Deferral deferral_;
    std::optional<PassPhases> phases_;
    std::vector<TensorBatch> batches_;
    std::size_t number_ = 0;
    std::vector<double> train_, gradient_, update_, forward_;  // ms
};

}  // namespace cellwise::benchmark
