#include "learning/fit.h"

#include <torch/torch.h>

#include <chrono>
#include <utility>

#include "core/stopwatch.h"
#include "learning/divergence.h"

namespace cellwise::learning {

void Fit::resume(std::vector<records::EpochFigures> epochs, const Schedule::State& schedule,
                 EarlyStopping::State early_stopping) {
    epochs_ = std::move(epochs);
    schedule_.resume(schedule);
    early_stopping_.resume(std::move(early_stopping));
}

bool Fit::is_finished() const {
    return static_cast<std::int64_t>(epochs_.size()) >= options_.epochs || early_stopping_.should_stop();
}

std::int64_t Fit::best_epoch() const {
    const auto best = early_stopping_.state().best_epoch;
    return best > 0 ? best : static_cast<std::int64_t>(epochs_.size());
}

// Whether the epoch came to its end.
bool Fit::train_epoch(const Examples& train, const FitHooks& hooks) {
    EpochHooks epoch_hooks;
    epoch_hooks.before_step = [&](std::int64_t epoch, std::int64_t step, std::int64_t steps) {
        if (hooks.threads) trainer_.use_threads(hooks.threads());
        trainer_.optimizer().set_learning_rate(schedule_.rate(epoch, step, steps));
    };
    // A device of its own is not waited for: its losses are looked at when the epoch is done.
    if (!trainer_.has_own_device()) {
        epoch_hooks.before_update = [&](const Batch& batch) { require_finite_step(batch, trainer_.optimizer()); };
    }
    epoch_hooks.go_on = [&](const records::Progress& progress) {
        if (hooks.on_progress) hooks.on_progress(progress);
        if (hooks.stop_requested && hooks.stop_requested()) return false;
        const bool is_due = hooks.save_every > 0 && trainer_.optimizer().steps() % hooks.save_every == 0;
        if (is_due && hooks.save) hooks.save();
        return true;
    };
    return trainer_.continue_epoch(train, epoch_hooks);
}

bool Fit::run(const Examples& train, const Examples& validation, const FitHooks& hooks) {
    const auto stop = [&] {
        if (hooks.save) hooks.save();
        return false;
    };
    while (!is_finished()) {
        if (!train_epoch(train, hooks)) return stop();
        records::EpochFigures result;
        result.epoch = trainer_.position().epoch;
        result.train = trainer_.running();
        const auto steps = trainer_.position().step;
        result.learning_rate = schedule_.rate(result.epoch, steps - 1, steps);
        result.train_seconds = trainer_.position().seconds;
        const Stopwatch watch;
        // A stop need not wait for it: the saved epoch is evaluated when it goes on.
        const auto metrics = trainer_.evaluate_unless(validation, [&] {
            if (hooks.threads) trainer_.use_threads(hooks.threads());
            return hooks.stop_requested && hooks.stop_requested();
        });
        if (!metrics) return stop();
        result.validation = *metrics;
        result.validation_seconds = watch.seconds();
        result.unix_time = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
        require_finite_epoch(result);
        trainer_.finish_epoch();
        schedule_.epoch_done(result);
        early_stopping_.epoch_done(result, trainer_.model());
        epochs_.push_back(result);
        if (hooks.on_epoch) hooks.on_epoch(result);
        if (is_finished()) break;
        if (hooks.stop_requested && hooks.stop_requested()) return stop();
        if (hooks.save_every == 0 && hooks.save) hooks.save();
    }
    early_stopping_.restore_best(trainer_.model());
    return true;
}

}  // namespace cellwise::learning
