#include "training/options.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace cellwise::training {
namespace {

void require_at_least_zero(std::string_view flag, double value) {
    if (!(value >= 0 && std::isfinite(value))) {
        throw UsageError(fmt::format("{} is {}: it must be 0 or a positive number", flag, value));
    }
}

void require_count(std::string_view flag, std::int64_t value, std::int64_t most) {
    if (value < 1 || value > most) {
        throw UsageError(fmt::format("{} is {}: it must be between 1 and {}", flag, value, most));
    }
}

}  // namespace

void TrainingOptions::validate() const {
    require_at_least_zero("--learning-rate", learning_rate);
    require_at_least_zero("--clip-norm", clip_norm);
    require_at_least_zero("--global-clip-norm", global_clip_norm);
    require_at_least_zero("--weight-decay", weight_decay);
    require_at_least_zero("--l2", l2);
    if (!(momentum >= 0 && momentum < 1)) {
        throw UsageError(fmt::format("--momentum is {}: it must be at least 0 and below 1", momentum));
    }
    if (momentum > 0 && optimizer != OptimizerKind::sgd) {
        throw UsageError("--momentum belongs to --optimizer sgd; adam has its own moments");
    }
    if (clip_norm > 0 && global_clip_norm > 0) {
        throw UsageError("--clip-norm and --global-clip-norm exclude each other: choose one");
    }
    require_count("--epochs", epochs, 1'000'000);
    require_count("--batch-size", batch_size, 10'000'000);
}

double TrainingOptions::effective_learning_rate() const {
    if (learning_rate > 0) return learning_rate;
    return optimizer == OptimizerKind::adam ? 0.001 : 0.01;
}

std::string_view optimizer_name(OptimizerKind kind) { return kind == OptimizerKind::adam ? "adam" : "sgd"; }

OptimizerKind parse_optimizer(std::string_view name) {
    if (name == "adam") return OptimizerKind::adam;
    if (name == "sgd") return OptimizerKind::sgd;
    throw UsageError(fmt::format("--optimizer '{}' is unknown: choose adam or sgd", name));
}

std::string_view weight_decay_mode_name(WeightDecayMode mode) {
    return mode == WeightDecayMode::coupled ? "coupled" : "decoupled";
}

WeightDecayMode parse_weight_decay_mode(std::string_view name) {
    if (name == "coupled") return WeightDecayMode::coupled;
    if (name == "decoupled") return WeightDecayMode::decoupled;
    throw UsageError(fmt::format("--weight-decay-mode '{}' is unknown: choose coupled or decoupled", name));
}

std::string_view precision_name(Precision precision) { return precision == Precision::float32 ? "float32" : "float64"; }

Precision parse_precision(std::string_view name) {
    if (name == "float32") return Precision::float32;
    if (name == "float64") return Precision::float64;
    throw UsageError(fmt::format("--precision '{}' is unknown: choose float32 or float64", name));
}

}  // namespace cellwise::training
