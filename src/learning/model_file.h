#pragma once

#include <filesystem>
#include <vector>

#include "core/safetensors.h"
#include "models/classifier.h"

namespace cellwise::learning {

/// Every parameter and buffer under its PyTorch name, in the order of the names.
[[nodiscard]] std::vector<StoredTensor> state_of(const models::Classifier& model);

/// Writes them as safetensors (atomically).
void save_model(const models::Classifier& model, const std::filesystem::path& path);

/// Sets every parameter and buffer of `model` from the file. Throws DataError naming the file and the
/// tensor that is missing, of the wrong shape or type, unknown to the model, or not finite.
void load_model(models::Classifier& model, const std::filesystem::path& path);

}  // namespace cellwise::learning
