#include "training/fit.h"

#include <torch/torch.h>

#include <utility>

#include "training/stopwatch.h"

namespace cellwise::training {

void Fit::resume(std::vector<EpochResult> epochs) { epochs_ = std::move(epochs); }

// Whether the epoch came to its end.
bool Fit::train_epoch(const data::PaddedReviews& train, const FitHooks& hooks) {
    return trainer_.continue_epoch(train, [&](const Progress& progress) {
        if (hooks.on_progress) hooks.on_progress(progress);
        if (hooks.stop_requested && hooks.stop_requested()) return false;
        const bool is_due = hooks.save_every > 0 && trainer_.optimizer().steps() % hooks.save_every == 0;
        if (is_due && hooks.save) hooks.save();
        return true;
    });
}

bool Fit::run(const data::PaddedReviews& train, const data::PaddedReviews& validation, const FitHooks& hooks) {
    const auto stop = [&] {
        if (hooks.save) hooks.save();
        return false;
    };
    while (!is_finished()) {
        if (!train_epoch(train, hooks)) return stop();
        EpochResult result;
        result.epoch = trainer_.position().epoch;
        result.train = trainer_.running();
        result.train_seconds = trainer_.position().seconds;
        const Stopwatch watch;
        // A stop need not wait for it: the saved epoch is evaluated when it goes on.
        const auto metrics = trainer_.evaluate_unless(validation, hooks.stop_requested);
        if (!metrics) return stop();
        result.validation = *metrics;
        result.validation_seconds = watch.seconds();
        trainer_.finish_epoch();
        epochs_.push_back(result);
        if (hooks.on_epoch) hooks.on_epoch(result);
        if (is_finished()) break;
        if (hooks.stop_requested && hooks.stop_requested()) return stop();
        if (hooks.save_every == 0 && hooks.save) hooks.save();
    }
    return true;
}

}  // namespace cellwise::training
