#include "learning/optimizer.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <cmath>
#include <string>
#include <utility>

#include "core/error.h"
#include "engine/large_tensor.h"
#include "engine/recurrent.h"
#include "learning/adam.h"
#include "learning/clipping.h"

namespace cellwise::learning {

Optimizer::Optimizer(std::vector<models::Variable> variables, const TrainingOptions& options,
                     const std::shared_ptr<engine::ThreadPool>& pool)
    : options_(options), pool_(pool), rate_(options.effective_learning_rate()) {
    options.validate();
    if (pool_) fused_.emplace(*pool_);
    for (auto& variable : variables) {
        Slot slot{std::move(variable), {}, {}, {}, {}};
        const auto zeros = [&] {
            const auto values = torch::zeros_like(slot.variable.value);
            return fused_ ? engine::on_large_pages(values) : values;
        };
        if (options.optimizer == OptimizerKind::adam) {
            slot.first = zeros();
            slot.second = zeros();
        } else if (options.momentum > 0) {
            slot.first = zeros();
        }
        slots_.push_back(std::move(slot));
    }
    if (slots_.empty() || slots_.front().variable.value.is_cpu()) return;
    std::vector<std::string> groups;
    for (const auto& slot : slots_) groups.push_back(slot.variable.keras_name);
    device_.emplace(options, std::move(groups), slots_.front().variable.value.device());
}

void Optimizer::set_learning_rate(double rate) {
    if (rate == rate_) return;
    rate_ = rate;
    if (device_) device_->set_learning_rate(rate);
}

void Optimizer::zero_gradients() {
    for (auto& slot : slots_) slot.variable.value.mutable_grad().reset();
}

double Optimizer::squared_norm(const torch::Tensor& gradient) const {
    if (!fused_) return gradient.square().sum(torch::kFloat64).item<double>();
    const auto values = gradient.is_sparse() ? engine::table_gradient(gradient).values : gradient;
    return fused_->squared_norm(values.const_data_ptr<float>(), static_cast<std::size_t>(values.numel()));
}

double Optimizer::gradient_norm() const {
    double sum = 0;
    for (const auto& slot : slots_) sum += squared_norm(slot.variable.value.grad());
    return std::sqrt(sum);
}

double Optimizer::dense_gradient_norm() const {
    double sum = 0;
    for (const auto& slot : slots_) {
        if (!slot.variable.value.grad().is_sparse()) sum += squared_norm(slot.variable.value.grad());
    }
    return std::sqrt(sum);
}

std::map<std::string, torch::Tensor> Optimizer::moments() {
    catch_up();
    // An older checkpoint's velocity had no rate in it: under its old name it is not taken for this one.
    const std::string first = options_.optimizer == OptimizerKind::sgd ? "velocity." : "first.";
    std::map<std::string, torch::Tensor> moments;
    for (const auto& slot : slots_) {
        if (slot.first.defined()) moments[first + slot.variable.name] = slot.first;
        if (slot.second.defined()) moments["second." + slot.variable.name] = slot.second;
    }
    return moments;
}

void Optimizer::resume(std::int64_t steps) {
    for (const auto& slot : slots_) {
        if (slot.deferred && slot.deferred->is_behind()) throw InternalError("resume() while rows wait for steps");
    }
    steps_ = steps;
    if (device_) device_->set_steps(steps);
    for (auto& slot : slots_) {
        slot.seen.clear();
        if (!fused_ || !slot.first.defined() || slot.first.dim() != 2) continue;
        // A row whose moments are all zero may be skipped, whether it has had a gradient or not.
        auto moved = slot.first.ne(0).any(1);
        if (slot.second.defined()) moved = moved.logical_or(slot.second.ne(0).any(1));
        const auto bytes = moved.to(torch::kUInt8).contiguous();
        slot.seen.assign(bytes.const_data_ptr<std::uint8_t>(), bytes.const_data_ptr<std::uint8_t>() + bytes.numel());
    }
}

void Optimizer::update() {
    const torch::NoGradGuard no_grad;
    for (const auto& slot : slots_) {
        if (!slot.variable.value.grad().defined()) {
            throw InternalError(fmt::format("{} has no gradient: backward() did not reach it", slot.variable.name));
        }
    }
    if (device_) {
        update_on_device();
        return;
    }
    const auto factors = factors_of_clipping();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (fused_) {
            update_fused(slots_[i], factors[i]);
        } else {
            update(slots_[i], factors[i]);
        }
    }
}

std::vector<double> Optimizer::factors_of_clipping() const {
    if (options_.clip_norm == 0 && options_.global_clip_norm == 0) return std::vector<double>(slots_.size(), 1);
    std::vector<std::string> groups;
    std::vector<double> squared_norms;
    for (const auto& slot : slots_) {
        groups.push_back(slot.variable.keras_name);
        squared_norms.push_back(squared_norm(slot.variable.value.grad()));
    }
    return clip_factors(groups, squared_norms, options_.clip_norm, options_.global_clip_norm);
}

void Optimizer::update_on_device() {
    UpdateTensors tensors;
    for (const auto& slot : slots_) {
        tensors.values.push_back(slot.variable.value);
        tensors.gradients.push_back(slot.variable.value.grad());
        if (slot.first.defined()) tensors.first.push_back(slot.first);
        if (slot.second.defined()) tensors.second.push_back(slot.second);
    }
    device_->step(tensors);
}

void Optimizer::update(Slot& slot, double factor) {
    auto& value = slot.variable.value;
    auto gradient = factor == 1 ? value.grad() : value.grad() * factor;
    const double rate = rate_;
    if (options_.weight_decay > 0) {
        if (options_.weight_decay_mode == WeightDecayMode::coupled) {
            gradient = gradient.add(value, options_.weight_decay);
        } else {
            value.mul_(1 - rate * options_.weight_decay);
        }
    }
    if (options_.optimizer == OptimizerKind::sgd) {
        if (options_.momentum == 0) {
            value.add_(gradient, -rate);
        } else {
            value.add_(slot.first.mul_(options_.momentum).add_(gradient, -rate));
        }
        return;
    }
    slot.first.lerp_(gradient, 1 - adam::beta_1);
    slot.second.mul_(adam::beta_2).addcmul_(gradient, gradient, 1 - adam::beta_2);
    value.addcdiv_(slot.first, slot.second.sqrt().add_(adam::epsilon), -adam::corrected_rate(rate_, steps_));
}

void Optimizer::update_fused(Slot& slot, double factor) {
    auto& value = slot.variable.value;
    const double rate = rate_;
    const bool coupled = options_.weight_decay_mode == WeightDecayMode::coupled;
    engine::UpdateOptions shared;
    shared.gradient_scale = factor;
    shared.coupled_decay = coupled ? options_.weight_decay : 0;
    shared.weight_scale = coupled ? 1 : 1 - rate * options_.weight_decay;
    auto* const weight = value.data_ptr<float>();
    auto* const first = slot.first.defined() ? slot.first.data_ptr<float>() : nullptr;
    const auto count = static_cast<std::size_t>(value.numel());
    const auto apply = [&](const auto& all, const auto& rows) {
        const auto& gradient = value.grad();
        if (!gradient.is_sparse()) return all(gradient.contiguous().const_data_ptr<float>());
        slot.seen.resize(static_cast<std::size_t>(value.size(0)));
        rows(engine::table_gradient(gradient).rows);
    };
    if (options_.optimizer == OptimizerKind::sgd) {
        const engine::SgdOptions sgd{shared, options_.momentum, rate};
        apply([&](const float* gradient) { fused_->sgd(sgd, weight, first, gradient, count); },
              [&](const engine::RowGradient& gradient) {
                  fused_->sgd_rows(sgd, weight, first, slot.seen.size(), gradient, slot.seen.data());
              });
        return;
    }
    const engine::AdamOptions options{shared, adam::beta_1, adam::beta_2, adam::epsilon,
                                      adam::corrected_rate(rate_, steps_)};
    apply(
        [&](const float* gradient) {
            if (slot.deferred) slot.deferred->catch_up(slot.table());
            fused_->adam(options, weight, first, slot.second.data_ptr<float>(), gradient, count);
        },
        [&](const engine::RowGradient& gradient) { update_rows(slot, options, gradient); });
}

engine::DeferredAdam::Table Optimizer::Slot::table() {
    return {variable.value.data_ptr<float>(),
            first.data_ptr<float>(),
            second.data_ptr<float>(),
            seen.data(),
            seen.size(),
            static_cast<std::size_t>(variable.value.size(1))};
}

void Optimizer::update_rows(Slot& slot, const engine::AdamOptions& options, const engine::RowGradient& gradient) {
    if (!slot.deferred) slot.deferred.emplace(*pool_);
    const auto table = slot.table();
    slot.deferred->step(options, table, gradient);
    if (!defers_) slot.deferred->catch_up(table);
}

void Optimizer::catch_up() {
    const torch::NoGradGuard no_grad;
    for (auto& slot : slots_) {
        if (slot.deferred && slot.deferred->is_behind()) slot.deferred->catch_up(slot.table());
    }
}

void Optimizer::catch_up(const torch::Tensor& ids) {
    const torch::NoGradGuard no_grad;
    for (auto& slot : slots_) {
        if (!slot.deferred || !slot.deferred->is_behind()) continue;
        const auto flat = ids.contiguous();
        const auto count = static_cast<std::size_t>(flat.numel());
        if (flat.scalar_type() == torch::kInt32) {
            slot.deferred->catch_up(slot.table(), flat.const_data_ptr<std::int32_t>(), count);
        } else {
            slot.deferred->catch_up(slot.table(), flat.const_data_ptr<std::int64_t>(), count);
        }
    }
}

}  // namespace cellwise::learning
