#include "training/loss.h"

#include <torch/torch.h>

#include <cmath>

namespace cellwise::training {

torch::Tensor keras_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels) {
    static const double largest_logit = std::log((1 - 1e-7) / 1e-7);
    return torch::binary_cross_entropy_with_logits(logits.clamp(-largest_logit, largest_logit), labels, {}, {},
                                                   at::Reduction::None);
}

torch::Tensor l2_penalty(const std::vector<models::Variable>& variables, double l2) {
    torch::Tensor sum;
    for (const auto& variable : variables) {
        if (!variable.is_kernel) continue;
        const auto squares = variable.value.square().sum();
        sum = sum.defined() ? sum + squares : squares;
    }
    return l2 * sum;
}

}  // namespace cellwise::training
