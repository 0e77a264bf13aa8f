#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "learning/options.h"

namespace cellwise::learning {

/// The tensors of one update, one entry for each trainable variable.
struct UpdateTensors {
    std::vector<torch::Tensor> values;
    std::vector<torch::Tensor> gradients;
    std::vector<torch::Tensor> first;   ///< Adam's m, SGD's velocity; empty without momentum
    std::vector<torch::Tensor> second;  ///< Adam's v; empty for SGD
};

/// The rules of Optimizer (optimizer.h: clipping, weight decay, Adam or SGD by Keras's formulas) as tensor
/// operations that never wait for the device: the count of steps, the learning rate and the norms that
/// clipping needs are tensors on it. So a step can be recorded in a CUDA graph and replayed, and every replay
/// uses the next bias correction. Each operation serves all variables at once. The same code runs on any
/// device.
class DeviceUpdate {
public:
    /// `clip_groups`: one name for each variable; those of one name are clipped as one (Variable::keras_name).
    DeviceUpdate(const TrainingOptions& options, std::vector<std::string> clip_groups, torch::Device device);

    /// One update. Values and moments are changed in place, gradients are left alone.
    void step(const UpdateTensors& tensors);

    /// Both take effect from the next step on, recorded or not.
    void set_learning_rate(double rate);
    void set_steps(std::int64_t steps);

private:
    [[nodiscard]] std::vector<torch::Tensor> clipped(const std::vector<torch::Tensor>& gradients) const;
    void apply_adam(const UpdateTensors& tensors, const std::vector<torch::Tensor>& gradients);
    void apply_sgd(const UpdateTensors& tensors, const std::vector<torch::Tensor>& gradients);

    TrainingOptions options_;
    std::vector<std::string> clip_groups_;
    torch::Tensor steps_;  // scalars, float64: float32 cannot hold 1 − 0.999ᵗ well
    torch::Tensor rate_;
};

}  // namespace cellwise::learning
