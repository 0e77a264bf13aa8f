#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "interchange/keras_model.h"
#include "models/classifier.h"

namespace cellwise::interchange {

// Keras keeps kernels as [in, gates·units], PyTorch as [gates·hidden, in]; the LSTM's gates stand in the
// same order (i, f, c = g, o), the GRU's as z, r, h in Keras and r, z, n in PyTorch; the two biases of a
// GRU that resets after the product are the rows of one Keras variable.

/// Which of a weight's tensors is meant.
enum class WeightPart { value, gradient };

/// Every weight (or its gradient) of a classifier in Keras's layout, under the names of
/// KerasModel::variables, in the classifier's precision and detached. Values include the moving statistics
/// of batch normalization, gradients do not. Throws InternalError if a gradient is missing.
[[nodiscard]] std::map<std::string, torch::Tensor> keras_layout(const models::Classifier& model, WeightPart part);

/// Sets every weight from tensors in Keras's layout. Throws DataError naming the variable that is missing
/// or of the wrong shape.
void set_from_keras_layout(models::Classifier& model, const std::map<std::string, torch::Tensor>& variables);

/// The module of a model that was read. Throws DataError as above.
[[nodiscard]] models::Classifier classifier_of(const KerasModel& model);

/// The Keras model of a module, to be written. `length`: words in a row, if known.
[[nodiscard]] KerasModel keras_model_of(const models::Classifier& model, std::optional<std::int64_t> length);

}  // namespace cellwise::interchange
