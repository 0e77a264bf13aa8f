#pragma once

#include <filesystem>

#include "tasks/sentiment/configuration.h"

namespace cellwise::sentiment {

/// Gives the settings the whole paths of a run's data that its environment.json keeps, where the relative ones that
/// were typed lead nowhere from this folder. Throws DataError for an environment.json that is damaged.
void find_data(Configuration& configuration, const std::filesystem::path& run);

}  // namespace cellwise::sentiment
