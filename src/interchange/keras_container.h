#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "interchange/keras2_file.h"

namespace cellwise::interchange {

// What a .keras file holds.
inline constexpr auto config_member = "config.json";
inline constexpr auto metadata_member = "metadata.json";
inline constexpr auto weights_member = "model.weights.h5";

/// What a file or folder of Keras holds, before anything is made of it.
struct KerasContent {
    /// By Keras 3's paths ("layers/lstm/cell/vars/0"), or, with `keras2`, below their layers' names.
    std::map<std::string, KerasVariable> variables;
    std::string config;    ///< JSON without the initial values of layers; "" in a file of weights
    std::string metadata;  ///< metadata.json; "" if there is none
    bool is_keras2 = false;
    std::string version;                  ///< of keras2: keras_version
    std::vector<std::string> layers;      ///< of keras2: the layers' names, first to last
    std::set<std::string> rounded_types;  ///< types other than float32 that were converted
};

/// Reads a .keras file or its unpacked folder, or an HDF5 file: .weights.h5 of Keras 3 and of TensorFlow 2.12 to 2.15,
/// .h5 of model.save and model.save_weights. A child process with limits does the work. Throws DataError naming
/// `origin` and what is damaged or missing, or what the file is instead.
[[nodiscard]] KerasContent unpack_keras(const std::filesystem::path& path, const std::string& origin);

}  // namespace cellwise::interchange
