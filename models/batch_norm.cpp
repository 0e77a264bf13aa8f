#include "models/batch_norm.h"

#include <torch/torch.h>

namespace cellwise::models {

KerasBatchNorm1dImpl::KerasBatchNorm1dImpl(std::int64_t features)
    : BatchNorm1dImpl(torch::nn::BatchNorm1dOptions(features).momentum(0.01).eps(1e-3)) {}

torch::Tensor KerasBatchNorm1dImpl::forward(const torch::Tensor& input) {
    torch::Tensor mean = running_mean;
    torch::Tensor variance = running_var;
    if (is_training()) {
        mean = input.mean(0);
        variance = (input - mean).square().mean(0);
        const torch::NoGradGuard no_grad;
        running_mean.lerp_(mean, options.momentum().value());
        running_var.lerp_(variance, options.momentum().value());
        num_batches_tracked += 1;
    }
    return (input - mean) * torch::rsqrt(variance + options.eps()) * weight + bias;
}

}  // namespace cellwise::models
