#include "benchmark/fused_side.h"

#include <torch/torch.h>

#include <chrono>
#include <thread>

#include "core/stopwatch.h"

namespace cellwise::benchmark {
namespace {

constexpr int runs_per_round = 5;
// Other threads spin for some milliseconds after their last work and would slow whatever comes next.
constexpr std::chrono::milliseconds settling_time{15};

learning::TrainingOptions options_in(learning::Precision precision) {
    learning::TrainingOptions options;
    options.precision = precision;
    return options;
}

}  // namespace

models::Classifier classifier_of(Cell cell, const Shape& shape, models::Engine engine) {
    models::ClassifierOptions options;
    options.cell = cell;
    options.engine = engine;
    options.vocabulary_size = shape.vocabulary_size;
    options.embedding_size = shape.embedding_size;
    options.hidden_size = shape.hidden_size;
    options.layers = shape.layers;
    options.bidirectional = shape.bidirectional;
    return models::Classifier(options);
}

FusedSide::FusedSide(Cell cell, const Shape& shape, const std::vector<Batch>& batches, std::int64_t threads,
                     bool with_phases, learning::Precision precision)
    : shape_(shape),
      trainer_(classifier_of(cell, shape, models::Engine::fused), options_in(precision), 0, {torch::kCPU, threads}),
      model_(trainer_.model()),
      deferral_(trainer_.optimizer()) {
    for (const auto& batch : batches) {
        const auto labels = torch::tensor(batch.labels);
        batches_.push_back({torch::tensor(batch.ids, torch::kInt32).view({shape.batch_size, shape.length}),
                            labels,
                            labels.to(torch::kFloat32),
                            {}});
    }
    if (shape.reads_vectors) {
        // One tensor for all: the work does not depend on the numbers.
        const auto vectors = model_->embedding->forward(batches_.front().ids.to(torch::kInt64)).detach();
        vectors.requires_grad_();
        for (auto& batch : batches_) batch.vectors = vectors;
    }
    if (with_phases) phases_.emplace(model_);
}

torch::Tensor FusedSide::first_probabilities() {
    const torch::NoGradGuard no_grad;
    trainer_.model()->eval();
    return torch::sigmoid(logits(batches_.front()));
}

torch::Tensor FusedSide::logits(const TensorBatch& batch) {
    return batch.vectors.defined() ? model_->forward_embedded(batch.vectors) : model_->forward(batch.ids);
}

void FusedSide::differentiate(const TensorBatch& batch) {
    if (!batch.vectors.defined()) {
        (void)trainer_.forward_backward(batch.ids, batch.labels);
        return;
    }
    model_->train();
    model_->zero_grad();
    batch.vectors.mutable_grad().reset();
    torch::binary_cross_entropy_with_logits(logits(batch), batch.float_labels).backward();
}

void FusedSide::run() {
    std::this_thread::sleep_for(settling_time);
    const auto before = static_cast<std::ptrdiff_t>(train_.size());
    repeat(
        runs_per_round,
        [&] {
            const auto& batch = next();
            Stopwatch watch;
            double update = 0;
            if (phases_) {  // forward_backward would do it, and the optimizer's part could not be told
                trainer_.optimizer().catch_up(batch.ids);
                update = watch.lap();
            }
            differentiate(batch);
            gradient_.push_back(1e3 * watch.lap());
            if (!shape_.reads_vectors) trainer_.update();
            update_.push_back(1e3 * (update + watch.lap()));
            return 1e-3 * (gradient_.back() + update_.back());
        },
        train_);
    if (gradient_.size() > train_.size()) {  // the first one warmed up
        gradient_.erase(gradient_.begin() + before);
        update_.erase(update_.begin() + before);
    }
    const torch::NoGradGuard no_grad;
    model_->eval();
    repeat(
        runs_per_round,
        [&] {
            const auto& batch = next();
            const Stopwatch watch;
            (void)logits(batch);
            return watch.seconds();
        },
        forward_);
    for (int i = 0; phases_ && i <= runs_per_round; ++i) phases_->run(next().ids, i > 0);
}

std::vector<benchmark::PhaseTiming> FusedSide::phases(const Work& work) const {
    if (!phases_) return {};
    return phases_->report(work, shape_, benchmark::Timing::of(gradient_).median,
                           benchmark::Timing::of(update_).median);
}

}  // namespace cellwise::benchmark
