#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// What a user says of the layers behind a .weights.h5 file, which holds no configuration itself: nothing,
/// all options of the model, or its recurrent layers, first to last.
struct LayerHints {
    std::optional<models::ClassifierOptions> options;
    std::vector<models::RecurrentOptions> stack;
};

/// Reads a .keras file or its unpacked folder, a .weights.h5 file, or a whole model or weights that Keras 2 saved as
/// HDF5 (.h5); which one, the content says. The file is unpacked in a child process with memory and time limits. Notes
/// are left in the model. Throws DataError naming the file and the layer, option or variable that is damaged, missing
/// or cannot be represented, or what the file is instead; UsageError for hints about a file that holds its
/// configuration.
[[nodiscard]] KerasModel read_keras_file(const std::filesystem::path& path, const LayerHints& hints = {});

/// A .keras file for keras.models.load_model, the same bytes for the same model. Its input takes rows of any length;
/// the model's own stands in metadata.json, where read_keras_file finds it again. Throws InternalError if a variable is
/// missing.
[[nodiscard]] std::string encode_keras_file(const KerasModel& model);

/// A .weights.h5 file for Model.load_weights of a Keras model with the same layers.
[[nodiscard]] std::string encode_keras_weights(const KerasModel& model);

}  // namespace cellwise::interchange
