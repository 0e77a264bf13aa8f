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
    return models::Classifier(options);
}

FusedSide::FusedSide(Cell cell, const Shape& shape, const std::vector<Batch>& batches, std::int64_t threads,
                     bool with_phases, learning::Precision precision)
    : shape_(shape),
      trainer_(classifier_of(cell, shape, models::Engine::fused), options_in(precision), 0, {torch::kCPU, threads}) {
    for (const auto& batch : batches) {
        const auto labels = torch::tensor(batch.labels);
        batches_.push_back({torch::tensor(batch.ids, torch::kInt32).view({shape.batch_size, shape.length}), labels,
                            labels.to(torch::kFloat32)});
    }
    if (with_phases) phases_.emplace(trainer_.model());
}

torch::Tensor FusedSide::first_probabilities() {
    const torch::NoGradGuard no_grad;
    trainer_.model()->eval();
    return torch::sigmoid(trainer_.model()->forward(batches_.front().ids));
}

void FusedSide::run() {
    std::this_thread::sleep_for(settling_time);
    for (int i = 0; i <= runs_per_round; ++i) {
        const auto& batch = next();
        Stopwatch watch;
        (void)trainer_.forward_backward(batch.ids, batch.labels);
        const double gradient = 1e3 * watch.lap();
        trainer_.update();
        const double update = 1e3 * watch.lap();
        if (i == 0) continue;
        gradient_.push_back(gradient);
        update_.push_back(update);
        train_.push_back(gradient + update);
    }
    const torch::NoGradGuard no_grad;
    trainer_.model()->eval();
    for (int i = 0; i <= runs_per_round; ++i) {
        const auto& batch = next();
        const Stopwatch watch;
        (void)trainer_.model()->forward(batch.ids);
        if (i > 0) forward_.push_back(1e3 * watch.seconds());
    }
    for (int i = 0; phases_ && i <= runs_per_round; ++i) phases_->run(next().ids, i > 0);
}

std::vector<benchmark::PhaseTiming> FusedSide::phases(const Work& work) const {
    if (!phases_) return {};
    return phases_->report(work, shape_, benchmark::Timing::of(gradient_).median,
                           benchmark::Timing::of(update_).median);
}

}  // namespace cellwise::benchmark
