#pragma once

#include <torch/types.h>

#include <vector>

#include "models/classifier.h"

namespace cellwise::training {

/// Keras's binary_crossentropy of each row, computed from logits: −y·log(p) − (1−y)·log(1−p) with p
/// clipped to [1e-7, 1 − 1e-7]. Clipping the logit to ±log((1 − 1e-7)/1e-7) is the same, p being
/// monotonic in it, and keeps the digits that p near 1 would lose.
/// logits, labels: [batch]; labels are 0 or 1 in the logits' dtype. Result: [batch].
[[nodiscard]] torch::Tensor keras_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels);

/// λ·Σ‖W‖² over the kernels (keras.regularizers.L2): its gradient is 2λW. A scalar.
[[nodiscard]] torch::Tensor l2_penalty(const std::vector<models::Variable>& variables, double l2);

}  // namespace cellwise::training
