#include "training/optimizer.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <cmath>
#include <utility>

#include "core/error.h"

namespace cellwise::training {
namespace {

constexpr double beta_1 = 0.9;
constexpr double beta_2 = 0.999;
constexpr double epsilon = 1e-7;

// clip / max(norm, clip): 1 while the norm is below the limit (Keras's clipnorm).
torch::Tensor clip_factor(const torch::Tensor& squared_norm, double limit) {
    return limit / squared_norm.sqrt().clamp_min(limit);
}

}  // namespace

Optimizer::Optimizer(std::vector<models::Variable> variables, const TrainingOptions& options) : options_(options) {
    options.validate();
    for (auto& variable : variables) {
        Slot slot{std::move(variable), {}, {}};
        if (options.optimizer == OptimizerKind::adam) {
            slot.first = torch::zeros_like(slot.variable.value);
            slot.second = torch::zeros_like(slot.variable.value);
        } else if (options.momentum > 0) {
            slot.first = torch::zeros_like(slot.variable.value);
        }
        slots_.push_back(std::move(slot));
    }
}

void Optimizer::zero_gradients() {
    for (auto& slot : slots_) slot.variable.value.mutable_grad().reset();
}

double Optimizer::gradient_norm() const {
    double sum = 0;
    for (const auto& slot : slots_) {
        sum += slot.variable.value.grad().square().sum(torch::kFloat64).item<double>();
    }
    return std::sqrt(sum);
}

void Optimizer::step() {
    const torch::NoGradGuard no_grad;
    for (const auto& slot : slots_) {
        if (!slot.variable.value.grad().defined()) {
            throw InternalError(fmt::format("{} has no gradient: backward() did not reach it", slot.variable.name));
        }
    }
    ++steps_;
    clip();
    for (auto& slot : slots_) update(slot);
}

void Optimizer::clip() {
    if (options_.clip_norm == 0 && options_.global_clip_norm == 0) return;
    // With a global norm all variables form one group, else those of one Keras variable do.
    std::map<std::string, torch::Tensor> squared_norms;
    const auto group_of = [&](const Slot& slot) {
        return options_.global_clip_norm > 0 ? std::string() : slot.variable.keras_name;
    };
    for (const auto& slot : slots_) {
        const auto squares = slot.variable.value.grad().square().sum();
        auto& sum = squared_norms[group_of(slot)];
        sum = sum.defined() ? sum + squares : squares;
    }
    const double limit = options_.global_clip_norm > 0 ? options_.global_clip_norm : options_.clip_norm;
    for (auto& [group, squares] : squared_norms) squares = clip_factor(squares, limit);
    for (auto& slot : slots_) slot.variable.value.mutable_grad().mul_(squared_norms[group_of(slot)]);
}

void Optimizer::update(Slot& slot) {
    auto& value = slot.variable.value;
    auto gradient = value.grad();
    const double rate = options_.effective_learning_rate();
    if (options_.weight_decay > 0) {
        if (options_.weight_decay_mode == WeightDecayMode::coupled) {
            gradient = gradient.add(value, options_.weight_decay);
        } else {
            value.mul_(1 - rate * options_.weight_decay);
        }
    }
    if (options_.optimizer == OptimizerKind::sgd) {
        if (options_.momentum > 0) gradient = slot.first.mul_(options_.momentum).add_(gradient);
        value.add_(gradient, -rate);
        return;
    }
    slot.first.lerp_(gradient, 1 - beta_1);
    slot.second.mul_(beta_2).addcmul_(gradient, gradient, 1 - beta_2);
    const auto t = static_cast<double>(steps_);
    const double corrected_rate = rate * std::sqrt(1 - std::pow(beta_2, t)) / (1 - std::pow(beta_1, t));
    value.addcdiv_(slot.first, slot.second.sqrt().add_(epsilon), -corrected_rate);
}

}  // namespace cellwise::training
