#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "models/shard.h"

namespace cellwise::models {

/// Dropout that draws from a generator of its own, so that runs side by side do not disturb each
/// other's numbers (torch::nn::Dropout draws from one generator of the whole process).
class DropoutImpl : public torch::nn::Cloneable<DropoutImpl> {
public:
    /// probability: the share of values set to zero, in [0, 1); the others are scaled by 1/(1 − p).
    DropoutImpl(double probability, std::uint64_t seed);

    void reset() override {}

    /// Any shape; the identity in evaluation mode.
    torch::Tensor forward(const torch::Tensor& input) { return forward(input, probability_); }
    /// With another probability, from the same generator. With a shard, the input is this process's part of a
    /// batch, and gets its part of the mask that the whole batch would get.
    torch::Tensor forward(const torch::Tensor& input, double probability, const Shard* shard = nullptr);

    [[nodiscard]] double probability() const { return probability_; }

    /// The generator's whole state, to be saved with a checkpoint and set again.
    [[nodiscard]] torch::Tensor state() const { return generator_.get_state(); }
    void set_state(const torch::Tensor& state) { generator_.set_state(state); }

private:
    double probability_;
    at::Generator generator_;
};
TORCH_MODULE(Dropout);

}  // namespace cellwise::models
