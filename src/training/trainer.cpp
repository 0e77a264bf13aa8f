#include "training/trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "core/stopwatch.h"
#include "training/batches.h"
#include "training/loss.h"

namespace cellwise::training {
namespace {

// Rows evaluated at once: large enough for full speed, small enough to stay in the cache's reach.
constexpr std::int64_t evaluation_batch = 256;

models::Classifier moved(models::Classifier model, torch::Device device, Precision precision) {
    model->to(device, precision == Precision::float64 ? torch::kFloat64 : torch::kFloat32);
    return model;
}

}  // namespace

Trainer::Trainer(models::Classifier model, const TrainingOptions& options, std::uint64_t seed, torch::Device device)
    : model_(moved(std::move(model), device, options.precision)),
      options_(options),
      device_(device),
      variables_(model_->variables()),
      optimizer_(variables_, options, model_->pool()),
      order_(seed, "order") {
    if (model_->pool()) one_torch_thread_.emplace();
}

StepResult Trainer::forward_backward(const torch::Tensor& ids, const torch::Tensor& labels) {
    model_->train();
    optimizer_.zero_gradients();
    const auto logits = model_->forward(ids.to(device_));
    auto loss = keras_cross_entropy(logits, labels.to(device_, logits.scalar_type())).mean();
    if (options_.l2 > 0) loss = loss + l2_penalty(variables_, options_.l2);
    loss.backward();
    return {loss.detach(), logits.detach()};
}

Metrics Trainer::train_epoch(const data::PaddedReviews& reviews,
                             const std::function<void(const Progress&)>& on_progress) {
    const Stopwatch watch;
    const auto batches = shuffled_batches(reviews, options_.batch_size, order_);
    const auto all_ids = view_of_ids(reviews);
    const auto all_labels = view_of_labels(reviews);

    Progress progress;
    progress.epoch = ++epochs_done_;
    progress.epochs = options_.epochs;
    progress.steps = static_cast<std::int64_t>(batches.size());
    double loss_sum = 0;
    double right = 0;
    double seen = 0;
    for (const auto& batch : batches) {
        const auto labels = all_labels.index_select(0, batch);
        const auto result = forward_backward(all_ids.index_select(0, batch), labels);
        update();
        loss_sum += result.loss.item<double>() * static_cast<double>(batch.size(0));
        right += (result.logits > 0).eq(labels.to(device_).to(torch::kBool)).sum().item<double>();
        seen += static_cast<double>(batch.size(0));
        ++progress.step;
        progress.running = {loss_sum / seen, right / seen};
        progress.seconds = watch.seconds();
        if (on_progress) on_progress(progress);
    }
    return progress.running;
}

torch::Tensor Trainer::logits_of(const data::PaddedReviews& reviews) {
    const torch::NoGradGuard no_grad;
    model_->eval();
    const auto ids = view_of_ids(reviews);
    std::vector<torch::Tensor> parts;
    for (const auto& batch : ids.split(evaluation_batch)) parts.push_back(model_->forward(batch.to(device_)));
    return torch::cat(parts);
}

Metrics Trainer::evaluate(const data::PaddedReviews& reviews) {
    const torch::NoGradGuard no_grad;
    const auto logits = logits_of(reviews);
    const auto labels = view_of_labels(reviews).to(device_);
    Metrics metrics;
    metrics.loss = keras_cross_entropy(logits, labels.to(logits.scalar_type())).mean(torch::kFloat64).item<double>();
    if (options_.l2 > 0) metrics.loss += l2_penalty(variables_, options_.l2).item<double>();
    metrics.accuracy = (logits > 0).eq(labels.to(torch::kBool)).to(torch::kFloat64).mean().item<double>();
    return metrics;
}

std::vector<float> Trainer::probabilities(const data::PaddedReviews& reviews) {
    const auto values = torch::sigmoid(logits_of(reviews)).to(torch::kCPU, torch::kFloat32).contiguous();
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

std::vector<EpochResult> Trainer::fit(const data::PaddedReviews& train, const data::PaddedReviews& test,
                                      const std::function<void(const Progress&)>& on_progress,
                                      const std::function<void(const EpochResult&)>& on_epoch) {
    std::vector<EpochResult> results;
    for (std::int64_t epoch = 1; epoch <= options_.epochs; ++epoch) {
        EpochResult result;
        result.epoch = epoch;
        const Stopwatch training;
        result.train = train_epoch(train, on_progress);
        result.train_seconds = training.seconds();
        const Stopwatch testing;
        result.test = evaluate(test);
        result.test_seconds = testing.seconds();
        results.push_back(result);
        if (on_epoch) on_epoch(result);
    }
    return results;
}

}  // namespace cellwise::training
