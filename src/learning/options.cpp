#include "learning/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/edit_distance.h"
#include "core/error.h"

namespace cellwise::learning {
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
    require_count("--schedule-epochs", schedule_epochs, 1'000'000);
    require_count("--schedule-patience", schedule_patience, 1'000'000);
    if (!(schedule_factor > 0 && schedule_factor <= 1)) {
        throw UsageError(fmt::format("--schedule-factor is {}: it must be above 0 and at most 1", schedule_factor));
    }
    if (!(schedule_minimum >= 0 && schedule_minimum <= effective_learning_rate())) {
        throw UsageError(fmt::format("--schedule-minimum is {}: it must be between 0 and the learning rate {}",
                                     schedule_minimum, effective_learning_rate()));
    }
    if (early_stopping < 0) {
        throw UsageError(fmt::format("--early-stopping is {}: it must be 0 or more epochs", early_stopping));
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
    throw UsageError(
        fmt::format("--optimizer '{}' is unknown: choose adam or sgd{}", name, did_you_mean(name, {"adam", "sgd"})));
}

std::string_view weight_decay_mode_name(WeightDecayMode mode) {
    return mode == WeightDecayMode::coupled ? "coupled" : "decoupled";
}

WeightDecayMode parse_weight_decay_mode(std::string_view name) {
    if (name == "coupled") return WeightDecayMode::coupled;
    if (name == "decoupled") return WeightDecayMode::decoupled;
    throw UsageError(fmt::format("--weight-decay-mode '{}' is unknown: choose coupled or decoupled{}", name,
                                 did_you_mean(name, {"coupled", "decoupled"})));
}

namespace {

constexpr std::array schedules{std::pair{ScheduleKind::constant, std::string_view("constant")},
                               std::pair{ScheduleKind::step, std::string_view("step")},
                               std::pair{ScheduleKind::cosine, std::string_view("cosine")},
                               std::pair{ScheduleKind::plateau, std::string_view("plateau")}};
constexpr std::array monitors{std::pair{Monitor::validation_loss, std::string_view("validation_loss")},
                              std::pair{Monitor::validation_accuracy, std::string_view("validation_accuracy")},
                              std::pair{Monitor::train_loss, std::string_view("train_loss")},
                              std::pair{Monitor::train_accuracy, std::string_view("train_accuracy")}};
constexpr std::array precisions{std::pair{Precision::float32, std::string_view("float32")},
                                std::pair{Precision::bfloat16, std::string_view("bfloat16")},
                                std::pair{Precision::float64, std::string_view("float64")}};

template <class Names, class Value>
std::string_view name_in(const Names& names, Value value) {
    for (const auto& [known, name] : names) {
        if (known == value) return name;
    }
    throw InternalError("a value of an enumeration has no name");
}

template <class Names>
auto parse_in(const Names& names, std::string_view flag, std::string_view text) {
    std::vector<std::string> choices;
    for (const auto& [value, name] : names) {
        if (name == text) return value;
        choices.emplace_back(name);
    }
    throw UsageError(fmt::format("{} '{}' is unknown: choose from {}{}", flag, text, fmt::join(choices, ", "),
                                 did_you_mean(text, choices)));
}

}  // namespace

std::string_view schedule_name(ScheduleKind kind) { return name_in(schedules, kind); }
ScheduleKind parse_schedule(std::string_view name) { return parse_in(schedules, "--schedule", name); }
std::string_view monitor_name(Monitor monitor) { return name_in(monitors, monitor); }
Monitor parse_monitor(std::string_view name) { return parse_in(monitors, "--monitor", name); }

std::string_view precision_name(Precision precision) { return name_in(precisions, precision); }
Precision parse_precision(std::string_view name) { return parse_in(precisions, "--precision", name); }

}  // namespace cellwise::learning
