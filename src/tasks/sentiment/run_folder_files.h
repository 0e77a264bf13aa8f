#pragma once

#include <filesystem>

#include "tasks/sentiment/configuration.h"

namespace cellwise::sentiment {

// The files of a run's folder.
[[nodiscard]] std::filesystem::path configuration_path(const std::filesystem::path& run);
[[nodiscard]] std::filesystem::path model_path(const std::filesystem::path& run);
[[nodiscard]] std::filesystem::path vocabulary_path(const std::filesystem::path& run);

/// Only the configuration of the run of one model, its data found (data_paths.h). Throws DataError.
[[nodiscard]] Configuration load_configuration(const std::filesystem::path& folder);

}  // namespace cellwise::sentiment
