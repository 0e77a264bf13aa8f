#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "learning/options.h"
#include "learning/trainer.h"
#include "models/classifier.h"

namespace cellwise::learning {

/// keras.callbacks.EarlyStopping with restore_best_weights: training ends when the monitored figure has
/// not improved for `early_stopping` epochs, and however it ends, the weights (and batch norm's running
/// statistics) are those of the best epoch. With early_stopping 0 it does nothing.
class EarlyStopping {
public:
    explicit EarlyStopping(const TrainingOptions& options) : options_(options) {}

    /// Remembers the weights if the epoch is the best so far.
    void epoch_done(const records::EpochFigures& epoch, const models::Classifier& model);

    [[nodiscard]] bool should_stop() const {
        return options_.early_stopping > 0 && state_.wait >= options_.early_stopping;
    }

    /// Copies the best weights back into the model; nothing where there are none.
    void restore_best(const models::Classifier& model) const;

    struct State {
        std::optional<double> best;
        std::int64_t best_epoch = 0;                   ///< from 1; 0: none yet
        std::int64_t wait = 0;                         ///< epochs since
        std::map<std::string, torch::Tensor> weights;  ///< parameters and buffers of the best epoch, by name
    };
    [[nodiscard]] const State& state() const { return state_; }
    void resume(State state);

private:
    TrainingOptions options_;
    State state_;
};

}  // namespace cellwise::learning
