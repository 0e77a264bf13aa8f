#pragma once

#include <torch/nn/modules/batchnorm.h>

#include "models/shard.h"

namespace cellwise::models {

/// torch::nn::BatchNorm1d with the numbers of keras.layers.BatchNormalization: momentum 0.99
/// (PyTorch's 0.01), epsilon 1e-3, and a running variance that averages the BIASED variance of the
/// batches, so that a batch of one is allowed (its variance is 0).
///
/// x̂ = (x − μ) / sqrt(σ² + ε), y = γ x̂ + β (Ioffe and Szegedy 2015, algorithm 1).
class KerasBatchNorm1dImpl : public torch::nn::BatchNorm1dImpl {
public:
    explicit KerasBatchNorm1dImpl(std::int64_t features);

    /// input and result: [batch, features]. In training mode normalises by the batch's statistics and
    /// moves the running ones; else by the running ones.
    torch::Tensor forward(const torch::Tensor& input) { return forward(input, nullptr); }
    /// With a shard, the batch is the one that all processes have a part of.
    torch::Tensor forward(const torch::Tensor& input, const Shard* shard);

private:
    [[nodiscard]] static torch::Tensor batch_mean(const torch::Tensor& values, const Shard* shard);
};
TORCH_MODULE(KerasBatchNorm1d);

}  // namespace cellwise::models
