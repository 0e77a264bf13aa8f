#include "learning/trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/stopwatch.h"
#include "learning/batches.h"
#include "learning/data_parallel.h"
#include "learning/fit.h"
#include "learning/inference.h"
#include "learning/loss.h"

namespace cellwise::learning {
namespace {

models::Classifier moved(models::Classifier model, const Compute& compute, Precision precision) {
    model->to(compute.device, precision == Precision::float64 ? torch::kFloat64 : torch::kFloat32);
    if (compute.threads > 0) model->set_threads(static_cast<int>(compute.threads));
    if (precision == Precision::bfloat16) model->set_factors(engine::Factors::bfloat16);
    return model;
}

}  // namespace

Trainer::Trainer(models::Classifier model, const TrainingOptions& options, std::uint64_t seed, const Compute& compute,
                 Communicator* processes)
    : model_(moved(std::move(model), compute, options.precision)),
      options_(options),
      device_(compute.device),
      processes_(processes),
      variables_(model_->variables()),
      optimizer_(variables_, options, model_->pool()),
      order_(seed, "order") {
    const auto threads = model_->pool() ? 1 : compute.threads;
    if (threads > 0) torch_threads_.emplace(threads, Denormals::kept);
}

void Trainer::use_threads(std::int64_t threads) {
    const auto pool = model_->pool();
    if (pool && threads > pool->size()) model_->set_threads(static_cast<int>(threads));
}

StepResult Trainer::forward_backward(const torch::Tensor& ids, const torch::Tensor& labels) {
    return forward_backward(ids, labels, std::nullopt);
}

// With a shard, ids are the rows that it gives to this process; loss and gradients are the whole batch's.
StepResult Trainer::forward_backward(const torch::Tensor& ids, const torch::Tensor& labels,
                                     const std::optional<models::Shard>& shard) {
    model_->train();
    model_->set_shard(shard);
    optimizer_.zero_gradients();
    optimizer_.catch_up(ids);
    const auto logits = model_->forward(ids.to(device_));
    auto loss = shard ? mean_cross_entropy(logits, labels, shard->rows, shard->of)
                      : mean_cross_entropy(logits, labels, logits.size(0), logits.size(0));
    // The processes' losses are added up, so only one of them has the penalty.
    if (options_.l2 > 0 && (!shard || shard->processes->rank() == 0)) loss = loss + l2_penalty(variables_, options_.l2);
    loss.backward();
    loss = loss.detach();
    if (shard) {
        sum_gradients(variables_, *shard->processes);
        loss = models::sum_over_processes(loss, *shard->processes);
    }
    return {loss, logits.detach()};
}

EpochSums Trainer::sums() const {
    return resident_ ? resident_->sums() : EpochSums{position_.loss_sum, position_.right};
}

EpochPosition Trainer::position() const {
    auto position = position_;
    const auto now = sums();
    position.loss_sum = now.loss;
    position.right = now.right;
    return position;
}

// Asked after every step: without a copy of the position, which holds a generator's whole state.
records::Metrics Trainer::running() const {
    const auto now = sums();
    return {now.loss / position_.seen, now.right / position_.seen};
}

void Trainer::set_position(const EpochPosition& position) {
    if (position.epoch > 0) order_.set_state(position.order);
    position_ = position;
    resident_.reset();
}

std::string Trainer::why_not_recorded() const { return resident_ ? resident_->recorder().why_not() : std::string(); }

records::Metrics Trainer::train_epoch(const Examples& examples,
                                      const std::function<void(const records::Progress&)>& on_progress) {
    EpochHooks hooks;
    hooks.before_update = [](const Batch&) {};  // every step's running metrics are wanted
    hooks.go_on = [&](const records::Progress& progress) {
        if (on_progress) on_progress(progress);
        return true;
    };
    continue_epoch(examples, hooks);
    finish_epoch();
    return running();
}

Trainer::Plan Trainer::open_epoch(const Examples& examples) {
    if (!position_.is_open) {
        const auto epoch = position_.epoch + 1;
        position_ = {};
        position_.epoch = epoch;
        position_.is_open = true;
        position_.order = order_.state();
    }
    order_.set_state(position_.order);  // an epoch that goes on is shuffled as it was
    const auto count = examples.rows();
    return {shuffled_rows(examples, order_), count, (count + options_.batch_size - 1) / options_.batch_size,
            position_.seconds};
}

bool Trainer::continue_epoch(const Examples& examples, const EpochHooks& hooks) {
    const bool waits = hooks.before_update != nullptr || !has_own_device();
    if (waits) {
        position_ = position();  // what a device had added up
        resident_.reset();
    }
    const auto plan = open_epoch(examples);
    return waits ? train_here(examples, plan, hooks) : train_on_device(examples, plan, hooks);
}

// First row and number of rows of the step that comes next.
std::pair<std::int64_t, std::int64_t> Trainer::rows_of_step(const Plan& plan) const {
    const auto first = position_.step * options_.batch_size;
    return {first, std::min(options_.batch_size, plan.rows - first)};
}

bool Trainer::report(const Plan& plan, double seconds, const std::optional<records::Metrics>& running,
                     const EpochHooks& hooks) const {
    if (!hooks.go_on) return true;
    return hooks.go_on({position_.epoch, options_.epochs, position_.step, plan.steps,
                        static_cast<std::int64_t>(position_.seen), seconds, running});
}

bool Trainer::train_here(const Examples& examples, const Plan& plan, const EpochHooks& hooks) {
    const Stopwatch watch;
    const Optimizer::Deferral deferral(optimizer_);
    while (position_.step < plan.steps) {
        if (hooks.before_step) hooks.before_step(position_.epoch, position_.step, plan.steps);
        const auto [first, rows] = rows_of_step(plan);
        const auto batch = plan.order.narrow(0, first, rows);
        std::optional<models::Shard> shard;
        if (processes_ != nullptr) shard = models::Shard::even(*processes_, rows);
        const auto given = shard ? batch.narrow(0, shard->given_first(), shard->given()) : batch;
        const auto labels = examples.labels.index_select(0, given);
        const auto result = forward_backward(examples.inputs.index_select(0, given), labels, shard);
        const auto loss = result.loss.item<double>();
        if (hooks.before_update) hooks.before_update({position_.epoch, position_.step, plan.steps, batch, loss});
        update();
        if (position_.step + 1 == plan.steps) optimizer_.catch_up();  // it belongs to the epoch's time
        auto is_right = (result.logits > 0).eq(labels.to(device_).to(torch::kBool));
        if (shard) is_right = is_right.narrow(0, 0, shard->rows);
        auto right = is_right.sum().item<double>();
        if (shard) processes_->sum(std::span(&right, 1));
        position_.loss_sum += loss * static_cast<double>(rows);
        position_.right += right;
        position_.seen += static_cast<double>(rows);
        ++position_.step;
        position_.seconds = plan.seconds_before + watch.seconds();
        if (!report(plan, position_.seconds, running(), hooks)) return position_.step == plan.steps;
    }
    return true;
}

bool Trainer::train_on_device(const Examples& examples, const Plan& plan, const EpochHooks& hooks) {
    const Stopwatch watch;
    if (!resident_) {
        resident_ = std::make_unique<ResidentEpoch>(device_);
        if (model_->draws_on_the_host()) resident_->recorder().forbid("dropout draws its masks on the host");
    }
    const StepRecorder::Session session(resident_->recorder());
    resident_->begin(examples, plan.order, {position_.loss_sum, position_.right});
    while (position_.step < plan.steps) {
        if (hooks.before_step) hooks.before_step(position_.epoch, position_.step, plan.steps);
        const auto [first, rows] = rows_of_step(plan);
        resident_->step(first, rows, [&](const torch::Tensor& ids, const torch::Tensor& labels) {
            auto result = forward_backward(ids, labels);
            optimizer_.update();
            return result;
        });
        optimizer_.count_step();
        position_.seen += static_cast<double>(rows);
        ++position_.step;
        // The device may be behind; it is not when the epoch ends.
        const bool is_last = position_.step == plan.steps;
        const auto metrics = is_last ? std::optional(running()) : std::nullopt;
        position_.seconds = plan.seconds_before + watch.seconds();
        if (!report(plan, position_.seconds, metrics, hooks)) return is_last;
    }
    return true;
}

void Trainer::finish_epoch() {
    position_ = position();
    position_.is_open = false;
    position_.order = order_.state();
}

records::Metrics Trainer::evaluate(const Examples& examples) { return *evaluate_unless(examples, {}); }

std::optional<records::Metrics> Trainer::evaluate_unless(const Examples& examples, const std::function<bool()>& stop) {
    const torch::NoGradGuard no_grad;
    optimizer_.catch_up();
    std::optional<torch::Tensor> computed;
    if (processes_ != nullptr) {
        const auto own = models::Shard::even(*processes_, examples.rows());
        computed = gather_rows(*logits_of(model_, examples, device_, {}, own.first, own.rows), *processes_);
    } else {
        computed = logits_of(model_, examples, device_, stop);
    }
    if (!computed) return std::nullopt;
    const auto& logits = *computed;
    evaluated_ = logits;
    return metrics_of(logits, examples, options_.l2 > 0 ? l2_penalty(variables_, options_.l2).item<double>() : 0);
}

std::vector<double> Trainer::evaluated_probabilities() const {
    if (!evaluated_.defined()) throw InternalError("nothing was evaluated yet");
    return probabilities_of_logits(evaluated_);
}

std::vector<float> Trainer::probabilities(const Examples& examples) {
    return probabilities_of(model(), examples, device_);
}

std::vector<records::EpochFigures> Trainer::fit(const Examples& train, const Examples& validation,
                                                const std::function<void(const records::Progress&)>& on_progress,
                                                const std::function<void(const records::EpochFigures&)>& on_epoch) {
    FitHooks hooks;
    hooks.on_progress = on_progress;
    hooks.on_epoch = on_epoch;
    Fit fit(*this, options_);
    fit.run(train, validation, hooks);
    return fit.epochs();
}

}  // namespace cellwise::learning
