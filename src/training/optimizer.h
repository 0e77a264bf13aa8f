#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/classifier.h"
#include "training/options.h"

namespace cellwise::training {

/// Adam or SGD by Keras's rules, with clipping and weight decay, over a model's trainable variables.
///
/// Adam (keras.optimizers.Adam): m += (1−β1)(g−m), v += (1−β2)(g²−v),
/// θ −= lr·√(1−β2ᵗ)/(1−β1ᵗ) · m/(√v + ε), with β1 0.9, β2 0.999 and ε 1e-7 OUTSIDE the bias
/// correction. SGD: velocity = momentum·velocity + g, θ −= lr·velocity.
///
/// Order within a step: clipping, then coupled weight decay, then decoupled, then the update.
class Optimizer {
public:
    Optimizer(std::vector<models::Variable> variables, const TrainingOptions& options);

    /// Forgets the gradients of the last step.
    void zero_gradients();

    /// One update from the gradients that backward() left. Throws InternalError if one is missing.
    void step();

    /// Updates done so far (Adam's t).
    [[nodiscard]] std::int64_t steps() const { return steps_; }

    /// L2 norm over all gradients of the last step, before clipping; computed only on demand by
    /// whoever reads it after backward() and before step().
    [[nodiscard]] double gradient_norm() const;

private:
    struct Slot {
        models::Variable variable;
        torch::Tensor first;   // Adam's m, SGD's velocity (undefined without momentum)
        torch::Tensor second;  // Adam's v
    };

    void clip();
    void update(Slot& slot);

    std::vector<Slot> slots_;
    TrainingOptions options_;
    std::int64_t steps_ = 0;
};

}  // namespace cellwise::training
