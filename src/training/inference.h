#pragma once

#include <torch/types.h>

#include <vector>

#include "data/dataset.h"
#include "models/classifier.h"

namespace cellwise::training {

/// Logits [rows] of all rows of `reviews`, computed forward only: in evaluation mode, without gradients,
/// some hundred rows at a time. `device` is where the model lies.
[[nodiscard]] torch::Tensor logits_of(models::Classifier& model, const data::PaddedReviews& reviews,
                                      torch::Device device);

/// The probability of a positive review for each row, likewise.
[[nodiscard]] std::vector<float> probabilities_of(models::Classifier& model, const data::PaddedReviews& reviews,
                                                  torch::Device device);

}  // namespace cellwise::training
