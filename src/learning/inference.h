#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>
#include <vector>

#include "learning/examples.h"
#include "models/classifier.h"
#include "records/figures.h"

namespace cellwise::learning {

/// Logits [rows] of all rows of `examples`, or of `rows` ones from `first` on, computed forward only: in
/// evaluation mode, without gradients, some hundred rows at a time. `device` is where the model lies. Nothing if
/// `stop`, asked now and then, said so.
[[nodiscard]] std::optional<torch::Tensor> logits_of(models::Classifier& model, const Examples& examples,
                                                     torch::Device device, const std::function<bool()>& stop = {},
                                                     std::int64_t first = 0,
                                                     std::optional<std::int64_t> rows = std::nullopt);

/// Loss and accuracy of logits [rows] against the examples' labels, as Keras counts them; `penalty` joins the loss.
[[nodiscard]] records::Metrics metrics_of(const torch::Tensor& logits, const Examples& examples, double penalty);

/// The probabilities of logits [rows]. In double precision, so that a logit just above 0 stays above a half. A row has
/// the same bits whatever rows stand beside it.
[[nodiscard]] std::vector<double> probabilities_of_logits(const torch::Tensor& logits);

/// What a trained model makes of examples.
struct Evaluation {
    records::Metrics metrics;           ///< the loss with the L2 penalty `l2`
    std::vector<double> probabilities;  ///< of a positive review, one a row
};

/// Moves the model to the device and tests it there, without what a training needs beside it (gradients, moments).
[[nodiscard]] Evaluation evaluate(models::Classifier model, const Examples& examples, torch::Device device, double l2);

/// The probability of a positive review for each row, likewise.
[[nodiscard]] std::vector<float> probabilities_of(models::Classifier& model, const Examples& examples,
                                                  torch::Device device);

}  // namespace cellwise::learning
