#pragma once

#include <filesystem>
#include <string>

#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// Reads a .keras file (Keras 3) or a .weights.h5 file; which one, its first bytes say. The file is
/// unpacked in a child process with memory and time limits. Notes are left in the model. Throws
/// DataError naming the file and the layer, option or variable that is damaged, missing or cannot
/// be represented.
[[nodiscard]] KerasModel read_keras_file(const std::filesystem::path& path);

/// A .keras file for keras.models.load_model. The model comes uncompiled: Keras wants compile() before
/// fit() or evaluate(). Throws InternalError if a variable is missing.
[[nodiscard]] std::string encode_keras_file(const KerasModel& model);

/// A .weights.h5 file for Model.load_weights of a Keras model with the same layers.
[[nodiscard]] std::string encode_keras_weights(const KerasModel& model);

}  // namespace cellwise::interchange
