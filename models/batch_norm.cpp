#include "models/batch_norm.h"

#include <torch/torch.h>

#include "models/fused_classifier.h"

namespace cellwise::models {

KerasBatchNorm1dImpl::KerasBatchNorm1dImpl(std::int64_t features)
    : BatchNorm1dImpl(torch::nn::BatchNorm1dOptions(features).momentum(0.01).eps(batch_norm_epsilon)) {}

// values: [rows given, features].
torch::Tensor KerasBatchNorm1dImpl::batch_mean(const torch::Tensor& values, const Shard* shard) {
    if (shard == nullptr) return values.mean(0);
    const auto own = values.narrow(0, 0, shard->rows).sum(0);
    return sum_over_processes(own, *shard->processes) / static_cast<double>(shard->of);
}

torch::Tensor KerasBatchNorm1dImpl::forward(const torch::Tensor& input, const Shard* shard) {
    torch::Tensor mean = running_mean;
    torch::Tensor variance = running_var;
    if (is_training()) {
        mean = batch_mean(input, shard);
        variance = batch_mean((input - mean).square(), shard);
        const torch::NoGradGuard no_grad;
        running_mean.lerp_(mean, options.momentum().value());
        running_var.lerp_(variance, options.momentum().value());
        num_batches_tracked += 1;
    }
    return (input - mean) * torch::rsqrt(variance + options.eps()) * weight + bias;
}

}  // namespace cellwise::models
