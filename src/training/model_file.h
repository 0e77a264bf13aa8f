#pragma once

#include <filesystem>

#include "models/classifier.h"

namespace cellwise::training {

/// Writes every parameter and buffer under its PyTorch name as safetensors (atomically).
void save_model(const models::Classifier& model, const std::filesystem::path& path);

/// Sets every parameter and buffer of `model` from the file. Throws DataError naming the file and the
/// tensor that is missing, of the wrong shape or type, unknown to the model, or not finite.
void load_model(models::Classifier& model, const std::filesystem::path& path);

}  // namespace cellwise::training
