#pragma once

#include <cstdint>
#include <optional>

#include "learning/options.h"
#include "learning/trainer.h"

namespace cellwise::learning {

/// The learning rate over a training, from --learning-rate η:
/// - constant: η.
/// - step: η·factor^⌊e/epochs_each⌋ in epoch e, counted from 0 (torch.optim.lr_scheduler.StepLR).
/// - cosine: m + (η − m)·(1 + cos(π·t/T))/2 at step t of T, counted from 0, m the least rate: from η
///   down to m over the whole training (keras.optimizers.schedules.CosineDecay with alpha m/η,
///   torch's CosineAnnealingLR stepped every batch; Loshchilov and Hutter 2017 without restarts).
/// - plateau: η, times factor, but not below m, whenever the monitored figure has not improved by more
///   than 1e-4 for `patience` epochs; the count then starts anew (keras.callbacks.ReduceLROnPlateau).
class Schedule {
public:
    explicit Schedule(const TrainingOptions& options);

    /// The rate for step `step` of an epoch of `steps` steps; epoch from 1, step from 0.
    [[nodiscard]] double rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const;

    /// Tells the plateau rule of an epoch's end.
    void epoch_done(const records::EpochFigures& epoch);

    /// What the plateau rule remembers, for checkpoints.
    struct State {
        double plateau_rate = 0;
        std::optional<double> best;
        std::int64_t wait = 0;  ///< epochs since
    };
    [[nodiscard]] const State& state() const { return state_; }
    void resume(const State& state) { state_ = state; }

private:
    TrainingOptions options_;
    State state_;
};

}  // namespace cellwise::learning
