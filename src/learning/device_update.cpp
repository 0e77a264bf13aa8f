#include "learning/device_update.h"

#include <torch/torch.h>

#include <map>
#include <utility>

#include "learning/adam.h"

namespace cellwise::learning {

DeviceUpdate::DeviceUpdate(const TrainingOptions& options, std::vector<std::string> clip_groups, torch::Device device)
    : options_(options),
      clip_groups_(std::move(clip_groups)),
      steps_(torch::zeros({}, torch::dtype(torch::kFloat64).device(device))),
      rate_(torch::full({}, options.effective_learning_rate(), torch::dtype(torch::kFloat64).device(device))) {}

// fill_ hands the number over as an argument of its kernel: nobody waits.
void DeviceUpdate::set_learning_rate(double rate) { rate_.fill_(rate); }
void DeviceUpdate::set_steps(std::int64_t steps) { steps_.fill_(static_cast<double>(steps)); }

// clip_factors (clipping.h) without a number that the host would have to know.
std::vector<torch::Tensor> DeviceUpdate::clipped(const std::vector<torch::Tensor>& gradients) const {
    if (options_.clip_norm == 0 && options_.global_clip_norm == 0) return gradients;
    const bool global = options_.global_clip_norm > 0;
    const double limit = global ? options_.global_clip_norm : options_.clip_norm;
    const auto group_of = [&](std::size_t i) { return global ? std::string() : clip_groups_[i]; };
    std::map<std::string, torch::Tensor> squares;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        const auto own = gradients[i].square().sum(torch::kFloat64);
        auto& sum = squares[group_of(i)];
        sum = sum.defined() ? sum + own : own;
    }
    std::vector<torch::Tensor> result;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        const auto norm = squares[group_of(i)].sqrt();
        const auto factor = (limit / norm).clamp_max(1);  // which keeps NaN
        result.push_back(gradients[i] * factor.to(gradients[i].scalar_type()));
    }
    return result;
}

void DeviceUpdate::step(const UpdateTensors& tensors) {
    const torch::NoGradGuard no_grad;
    steps_.add_(1);
    auto gradients = clipped(tensors.gradients);
    if (options_.weight_decay > 0) {
        if (options_.weight_decay_mode == WeightDecayMode::coupled) {
            gradients = at::_foreach_add(gradients, tensors.values, options_.weight_decay);
        } else {
            const auto shrink = 1 - rate_ * options_.weight_decay;
            at::_foreach_mul_(tensors.values, shrink.to(tensors.values.front().scalar_type()));
        }
    }
    if (options_.optimizer == OptimizerKind::adam) {
        apply_adam(tensors, gradients);
    } else {
        apply_sgd(tensors, gradients);
    }
}

void DeviceUpdate::apply_adam(const UpdateTensors& tensors, const std::vector<torch::Tensor>& gradients) {
    at::_foreach_lerp_(tensors.first, gradients, 1 - adam::beta_1);
    at::_foreach_mul_(tensors.second, adam::beta_2);
    at::_foreach_addcmul_(tensors.second, gradients, gradients, 1 - adam::beta_2);
    auto denominators = at::_foreach_sqrt(tensors.second);
    at::_foreach_add_(denominators, adam::epsilon);
    auto moves = at::_foreach_div(tensors.first, denominators);
    // lr·√(1 − β2ᵗ)/(1 − β1ᵗ), as adam::corrected_rate has it.
    const auto rate = rate_ * (1 - torch::pow(adam::beta_2, steps_)).sqrt() / (1 - torch::pow(adam::beta_1, steps_));
    at::_foreach_mul_(moves, rate.to(moves.front().scalar_type()));
    at::_foreach_sub_(tensors.values, moves);
}

void DeviceUpdate::apply_sgd(const UpdateTensors& tensors, const std::vector<torch::Tensor>& gradients) {
    const auto moves = at::_foreach_mul(gradients, rate_.to(gradients.front().scalar_type()));
    if (options_.momentum == 0) {
        at::_foreach_sub_(tensors.values, moves);
        return;
    }
    at::_foreach_mul_(tensors.first, options_.momentum);
    at::_foreach_sub_(tensors.first, moves);
    at::_foreach_add_(tensors.values, tensors.first);
}

}  // namespace cellwise::learning
