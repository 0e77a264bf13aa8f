#pragma once

#include <torch/types.h>

#include <map>
#include <string>

#include "core/safetensors.h"
#include "models/classifier.h"

namespace cellwise::learning {

/// Every parameter and buffer of the model under its PyTorch name; they share the model's memory.
[[nodiscard]] std::map<std::string, torch::Tensor> named_state(const models::Classifier& model);

/// A copy of the tensor for a safetensors file.
[[nodiscard]] StoredTensor stored(std::string name, const torch::Tensor& tensor);

/// Copies a file's tensor into `target`. Throws DataError that begins with `where` (file and tensor)
/// if shape or type do not fit, or a value is not finite.
void restore(torch::Tensor target, const StoredTensor& tensor, const std::string& where);

}  // namespace cellwise::learning
