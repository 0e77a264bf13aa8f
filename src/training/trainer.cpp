#include "training/trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/stopwatch.h"
#include "training/batches.h"
#include "training/fit.h"
#include "training/inference.h"
#include "training/loss.h"

namespace cellwise::training {
namespace {

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

Metrics Trainer::running() const { return {position_.loss_sum / position_.seen, position_.right / position_.seen}; }

void Trainer::set_position(const EpochPosition& position) {
    if (position.epoch > 0) order_.set_state(position.order);
    position_ = position;
}

Metrics Trainer::train_epoch(const data::PaddedReviews& reviews,
                             const std::function<void(const Progress&)>& on_progress) {
    EpochHooks hooks;
    hooks.go_on = [&](const Progress& progress) {
        if (on_progress) on_progress(progress);
        return true;
    };
    continue_epoch(reviews, hooks);
    finish_epoch();
    return running();
}

bool Trainer::continue_epoch(const data::PaddedReviews& reviews, const EpochHooks& hooks) {
    if (!position_.is_open) {
        const auto epoch = position_.epoch + 1;
        position_ = {};
        position_.epoch = epoch;
        position_.is_open = true;
        position_.order = order_.state();
    }
    order_.set_state(position_.order);  // an epoch that goes on is shuffled as it was
    const Stopwatch watch;
    const double seconds_before = position_.seconds;
    const auto batches = shuffled_batches(reviews, options_.batch_size, order_);
    const auto all_ids = view_of_ids(reviews);
    const auto all_labels = view_of_labels(reviews);

    Progress progress;
    progress.epoch = position_.epoch;
    progress.epochs = options_.epochs;
    progress.steps = static_cast<std::int64_t>(batches.size());
    while (position_.step < progress.steps) {
        const auto& batch = batches[static_cast<std::size_t>(position_.step)];
        const auto labels = all_labels.index_select(0, batch);
        const auto result = forward_backward(all_ids.index_select(0, batch), labels);
        const double loss = result.loss.item<double>();
        if (hooks.before_update) hooks.before_update({progress.epoch, position_.step, progress.steps, batch, loss});
        update();
        position_.loss_sum += loss * static_cast<double>(batch.size(0));
        position_.right += (result.logits > 0).eq(labels.to(device_).to(torch::kBool)).sum().item<double>();
        position_.seen += static_cast<double>(batch.size(0));
        ++position_.step;
        position_.seconds = seconds_before + watch.seconds();
        progress.step = position_.step;
        progress.reviews = static_cast<std::int64_t>(position_.seen);
        progress.running = running();
        progress.seconds = position_.seconds;
        if (hooks.go_on && !hooks.go_on(progress)) return position_.step == progress.steps;
    }
    return true;
}

void Trainer::finish_epoch() {
    position_.is_open = false;
    position_.order = order_.state();
}

Metrics Trainer::evaluate(const data::PaddedReviews& reviews) { return *evaluate_unless(reviews, {}); }

std::optional<Metrics> Trainer::evaluate_unless(const data::PaddedReviews& reviews, const std::function<bool()>& stop) {
    const torch::NoGradGuard no_grad;
    const auto computed = logits_of(model_, reviews, device_, stop);
    if (!computed) return std::nullopt;
    const auto& logits = *computed;
    evaluated_ = logits;
    const auto labels = view_of_labels(reviews).to(device_);
    Metrics metrics;
    metrics.loss = keras_cross_entropy(logits, labels.to(logits.scalar_type())).mean(torch::kFloat64).item<double>();
    if (options_.l2 > 0) metrics.loss += l2_penalty(variables_, options_.l2).item<double>();
    metrics.accuracy = (logits > 0).eq(labels.to(torch::kBool)).to(torch::kFloat64).mean().item<double>();
    return metrics;
}

std::vector<double> Trainer::evaluated_probabilities() const {
    if (!evaluated_.defined()) throw InternalError("nothing was evaluated yet");
    // In double precision, so that a logit just above 0 stays above a half.
    const auto values = torch::sigmoid(evaluated_.to(torch::kCPU, torch::kFloat64)).contiguous();
    return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

std::vector<float> Trainer::probabilities(const data::PaddedReviews& reviews) {
    return probabilities_of(model_, reviews, device_);
}

std::vector<EpochResult> Trainer::fit(const data::PaddedReviews& train, const data::PaddedReviews& validation,
                                      const std::function<void(const Progress&)>& on_progress,
                                      const std::function<void(const EpochResult&)>& on_epoch) {
    FitHooks hooks;
    hooks.on_progress = on_progress;
    hooks.on_epoch = on_epoch;
    Fit fit(*this, options_);
    fit.run(train, validation, hooks);
    return fit.epochs();
}

}  // namespace cellwise::training
