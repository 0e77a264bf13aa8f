#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "models/classifier.h"

namespace cellwise::learning {

/// Keras's binary_crossentropy of each row, computed from logits: −y·log(p) − (1−y)·log(1−p) with p
/// clipped to [1e-7, 1 − 1e-7]. Clipping the logit to ±log((1 − 1e-7)/1e-7) is the same, p being
/// monotonic in it, and keeps the digits that p near 1 would lose.
/// logits, labels: [batch]; labels are 0 or 1 in the logits' dtype. Result: [batch].
[[nodiscard]] torch::Tensor keras_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels);

/// The loss of a training step: the sum of keras_cross_entropy over the first `rows` logits, divided by `of` (both
/// [batch] for a whole batch; a process's share of one has other numbers). On the CPU it is one operation with
/// its own backward, which can be done once. labels: of any type. A scalar in the logits' type.
[[nodiscard]] torch::Tensor mean_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                               std::int64_t rows, std::int64_t of);

/// λ·Σ‖W‖² over the kernels (keras.regularizers.L2): its gradient is 2λW. A scalar.
[[nodiscard]] torch::Tensor l2_penalty(const std::vector<models::Variable>& variables, double l2);

}  // namespace cellwise::learning
