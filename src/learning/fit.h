#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "learning/early_stopping.h"
#include "learning/examples.h"
#include "learning/options.h"
#include "learning/schedule.h"
#include "learning/trainer.h"

namespace cellwise::learning {

/// Who is told what while a model is trained. Any of them may be empty.
struct FitHooks {
    std::function<void(const records::Progress&)> on_progress;   ///< after every step
    std::function<void(const records::EpochFigures&)> on_epoch;  ///< after every epoch's evaluation
    std::function<void()> save;                                  ///< keep a checkpoint now
    std::int64_t save_every = 0;                                 ///< steps between two saves; 0: after every epoch
    std::function<bool()> stop_requested;                        ///< stop after this step, once it is saved
    /// How many threads the training may have now; asked before every step and every batch of an evaluation. More than
    /// before are taken into use where the fused kernels compute; none are given back.
    std::function<std::int64_t()> threads;
};

/// Trains a model epoch by epoch, each followed by an evaluation on the validation reviews. Between
/// two steps it can be saved, and resumed later (checkpoint.h) as if it had never stopped.
class Fit {
public:
    /// The trainer must outlive it.
    Fit(Trainer& trainer, const TrainingOptions& options)
        : trainer_(trainer), options_(options), schedule_(options), early_stopping_(options) {}

    /// Trains what is left. With early stopping the model ends with the best epoch's weights. Throws
    /// Diverged, before the update that would spread it, if a loss or gradient is not a finite
    /// number. Returns false if it stopped before the end because it was asked to.
    bool run(const Examples& train, const Examples& validation, const FitHooks& hooks);

    /// The complete epochs so far.
    [[nodiscard]] const std::vector<records::EpochFigures>& epochs() const { return epochs_; }

    [[nodiscard]] Trainer& trainer() const { return trainer_; }

    /// The epoch whose weights the model ends with; the last one without early stopping.
    [[nodiscard]] std::int64_t best_epoch() const;

    [[nodiscard]] const Schedule& schedule() const { return schedule_; }
    [[nodiscard]] const EarlyStopping& early_stopping() const { return early_stopping_; }

    /// Sets what a checkpoint holds beside the trainer's own state.
    void resume(std::vector<records::EpochFigures> epochs, const Schedule::State& schedule,
                EarlyStopping::State early_stopping);

private:
    [[nodiscard]] bool is_finished() const;
    bool train_epoch(const Examples& train, const FitHooks& hooks);

    Trainer& trainer_;
    TrainingOptions options_;
    Schedule schedule_;
    EarlyStopping early_stopping_;
    std::vector<records::EpochFigures> epochs_;
};

}  // namespace cellwise::learning
