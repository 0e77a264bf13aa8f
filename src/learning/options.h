#pragma once

#include <cstdint>
#include <string_view>

namespace cellwise::learning {

enum class OptimizerKind { adam, sgd };

/// coupled: λW joins the gradient after clipping (torch::optim's weight_decay); decoupled: the weight
/// shrinks by learning_rate·λ before the step (Keras's weight_decay, AdamW).
enum class WeightDecayMode { coupled, decoupled };

/// How the learning rate changes over a training (schedule.h).
enum class ScheduleKind { constant, step, cosine, plateau };

/// The figure that early stopping and the plateau schedule watch.
enum class Monitor { validation_loss, validation_accuracy, train_loss, train_accuracy };

/// bfloat16: the matrix products of a training step round their factors to it; weights, sums and all else are float32,
/// and so is what the trained model computes. On the fused kernels, where the processor has such products.
enum class Precision { float32, bfloat16, float64 };

/// How one model is trained. Defaults are the tutorial's.
struct TrainingOptions {
    OptimizerKind optimizer = OptimizerKind::adam;
    double learning_rate = 0;     ///< 0: the optimizer's default, 0.001 for adam and 0.01 for sgd
    double momentum = 0;          ///< of sgd
    double clip_norm = 0;         ///< largest L2 norm of each variable's gradient; 0 = off
    double global_clip_norm = 0;  ///< largest L2 norm over all gradients together; 0 = off
    double weight_decay = 0;
    WeightDecayMode weight_decay_mode = WeightDecayMode::coupled;
    double l2 = 0;  ///< λ of a penalty λ‖W‖² on every kernel, part of the loss
    std::int64_t epochs = 3;
    std::int64_t batch_size = 64;
    Precision precision = Precision::float32;
    ScheduleKind schedule = ScheduleKind::constant;
    std::int64_t schedule_epochs = 1;    ///< of step: epochs between two changes
    double schedule_factor = 0.1;        ///< of step and plateau: what the rate is multiplied by
    std::int64_t schedule_patience = 2;  ///< of plateau: epochs without improvement before a change
    double schedule_minimum = 0;         ///< of cosine and plateau: the least rate
    std::int64_t early_stopping = 0;     ///< epochs without improvement before training ends; 0 = off
    Monitor monitor = Monitor::validation_loss;

    /// Throws UsageError naming the flag whose value is out of range.
    void validate() const;

    /// learning_rate, or the optimizer's default where that is 0.
    [[nodiscard]] double effective_learning_rate() const;
};

[[nodiscard]] std::string_view optimizer_name(OptimizerKind kind);
[[nodiscard]] OptimizerKind parse_optimizer(std::string_view name);
[[nodiscard]] std::string_view weight_decay_mode_name(WeightDecayMode mode);
[[nodiscard]] WeightDecayMode parse_weight_decay_mode(std::string_view name);
[[nodiscard]] std::string_view schedule_name(ScheduleKind kind);
[[nodiscard]] ScheduleKind parse_schedule(std::string_view name);
[[nodiscard]] std::string_view monitor_name(Monitor monitor);
[[nodiscard]] Monitor parse_monitor(std::string_view name);
[[nodiscard]] std::string_view precision_name(Precision precision);
[[nodiscard]] Precision parse_precision(std::string_view name);

}  // namespace cellwise::learning
