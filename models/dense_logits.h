#pragma once

#include <torch/types.h>

namespace cellwise::models {

/// state·weightᵀ + bias of a dense layer with one unit, as ONE operation forward and backward: a step of the fused
/// kernels would otherwise wait longer for the ten small operations of torch::nn::Linear than for its products.
/// state: [batch, features], weight: [1, features], bias: [1], all on the CPU, in float32 or float64. Result: [batch].
/// Sums are in float64 over the features and in the tensors' type over the batch. Its backward cannot be
/// differentiated again.
[[nodiscard]] torch::Tensor dense_logits(const torch::Tensor& state, const torch::Tensor& weight,
                                         const torch::Tensor& bias);

}  // namespace cellwise::models
