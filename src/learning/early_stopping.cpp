#include "learning/early_stopping.h"

#include <torch/torch.h>

#include <utility>

#include "learning/monitor.h"
#include "learning/tensor_storage.h"

namespace cellwise::learning {

void EarlyStopping::epoch_done(const records::EpochFigures& epoch, const models::Classifier& model) {
    if (options_.early_stopping == 0) return;
    const double value = monitored(epoch, options_.monitor);
    if (state_.best && !is_better(value, *state_.best, options_.monitor)) {
        ++state_.wait;
        return;
    }
    state_.best = value;
    state_.best_epoch = epoch.epoch;
    state_.wait = 0;
    state_.weights.clear();
    for (const auto& [name, tensor] : named_state(model)) state_.weights[name] = tensor.detach().clone();
}

void EarlyStopping::restore_best(const models::Classifier& model) const {
    const torch::NoGradGuard no_grad;
    auto targets = named_state(model);
    for (const auto& [name, tensor] : state_.weights) targets.at(name).copy_(tensor);
}

void EarlyStopping::resume(State state) { state_ = std::move(state); }

}  // namespace cellwise::learning
