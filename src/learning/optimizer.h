#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/deferred_adam.h"
#include "engine/thread_pool.h"
#include "engine/updates.h"
#include "learning/device_update.h"
#include "learning/options.h"
#include "models/classifier.h"

namespace cellwise::learning {

/// Adam or SGD by Keras's rules, with clipping and weight decay, over a model's trainable variables.
///
/// Adam (keras.optimizers.Adam): m += (1−β1)(g−m), v += (1−β2)(g²−v),
/// θ −= lr·√(1−β2ᵗ)/(1−β1ᵗ) · m/(√v + ε), with β1 0.9, β2 0.999 and ε 1e-7 OUTSIDE the bias
/// correction. SGD (keras.optimizers.SGD): velocity = momentum·velocity − lr·g, θ += velocity: the rate is inside the
/// velocity, unlike torch::optim::SGD's, which differs as soon as a schedule changes it.
///
/// Order within a step: clipping, then coupled weight decay, then decoupled, then the update.
class Optimizer {
public:
    /// With a pool the updates are fused kernels (float32 on the CPU) and a table's gradient may be a
    /// sparse tensor over the rows that a batch touched: the result is the dense rule's all the same.
    /// Without one they are tensor operations; on another device than the CPU those of DeviceUpdate, which
    /// never wait for it.
    Optimizer(std::vector<models::Variable> variables, const TrainingOptions& options,
              const std::shared_ptr<engine::ThreadPool>& pool = nullptr);

    /// Forgets the gradients of the last step.
    void zero_gradients();

    /// One update from the gradients that backward() left. Throws InternalError if one is missing.
    void step() {
        count_step();
        update();
    }

    /// The two halves of step(), for a step that is recorded once and replayed (step_recorder.h): what the host
    /// keeps count of, every time, and what the device does.
    void count_step() { ++steps_; }
    void update();

    /// Updates done so far (Adam's t).
    [[nodiscard]] std::int64_t steps() const { return steps_; }

    /// While it lives, an update leaves the rows of a table that had no gradient for later, where the rule allows it:
    /// whoever reads weights calls catch_up() first. Its end brings all rows up to date. The results keep their bits.
    class Deferral {
    public:
        explicit Deferral(Optimizer& optimizer) : optimizer_(optimizer) { optimizer_.defers_ = true; }
        ~Deferral() {
            optimizer_.defers_ = false;
            optimizer_.catch_up();
        }
        Deferral(const Deferral&) = delete;
        Deferral& operator=(const Deferral&) = delete;

    private:
        Optimizer& optimizer_;
    };

    /// Brings all rows up to date.
    void catch_up();
    /// Brings the rows of a table that stand in `ids` (int32 or int64, on the CPU) up to date.
    void catch_up(const torch::Tensor& ids);

    /// The rate of the next update; the options' until set.
    void set_learning_rate(double rate);
    [[nodiscard]] double learning_rate() const { return rate_; }

    /// L2 norm over all gradients of the last step, before clipping; computed only on demand by
    /// whoever reads it after backward() and before step().
    [[nodiscard]] double gradient_norm() const;

    /// The same over the gradients that are not sparse: cheap enough for every step.
    [[nodiscard]] double dense_gradient_norm() const;

    /// What a checkpoint keeps beside steps(): "first.<variable>" and "second.<variable>" (Adam's m and v), or
    /// "velocity.<variable>" (SGD's). They share the optimizer's memory: set them by copying into
    /// them, then call resume(). Brings all rows up to date.
    [[nodiscard]] std::map<std::string, torch::Tensor> moments();

    /// Goes on after `steps` updates that left the moments as they are now. Throws InternalError if rows wait for older
    /// steps: moments() must have been called for what was set.
    void resume(std::int64_t steps);

private:
    struct Slot {
        models::Variable variable;
        torch::Tensor first;             // Adam's m, SGD's velocity (undefined without momentum)
        torch::Tensor second;            // Adam's v
        std::vector<std::uint8_t> seen;  // fused: rows of a table that have had a gradient
        std::optional<engine::DeferredAdam> deferred;

        [[nodiscard]] engine::DeferredAdam::Table table();
    };

    [[nodiscard]] double squared_norm(const torch::Tensor& gradient) const;
    // What clipping multiplies each slot's gradient by.
    [[nodiscard]] std::vector<double> factors_of_clipping() const;
    void update(Slot& slot, double factor);
    void update_fused(Slot& slot, double factor);
    void update_rows(Slot& slot, const engine::AdamOptions& options, const engine::RowGradient& gradient);
    void update_on_device();

    std::vector<Slot> slots_;
    TrainingOptions options_;
    std::shared_ptr<engine::ThreadPool> pool_;
    std::optional<engine::FusedUpdate> fused_;
    std::optional<DeviceUpdate> device_;
    double rate_;
    std::int64_t steps_ = 0;
    bool defers_ = false;
};

}  // namespace cellwise::learning
