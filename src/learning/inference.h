#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>
#include <vector>

#include "data/reviews/dataset.h"
#include "models/classifier.h"

namespace cellwise::learning {

/// Logits [rows] of all rows of `reviews`, or of `rows` ones from `first` on, computed forward only: in
/// evaluation mode, without gradients, some hundred rows at a time. `device` is where the model lies. Nothing if
/// `stop`, asked now and then, said so.
[[nodiscard]] std::optional<torch::Tensor> logits_of(models::Classifier& model, const data::PaddedReviews& reviews,
                                                     torch::Device device, const std::function<bool()>& stop = {},
                                                     std::int64_t first = 0,
                                                     std::optional<std::int64_t> rows = std::nullopt);

/// The probability of a positive review for each row, likewise.
[[nodiscard]] std::vector<float> probabilities_of(models::Classifier& model, const data::PaddedReviews& reviews,
                                                  torch::Device device);

}  // namespace cellwise::learning
