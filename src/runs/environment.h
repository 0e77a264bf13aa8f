#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tasks/sentiment/configuration.h"

namespace cellwise::runs {

/// A run folder's environment.json: the command that made it, the program's versions and revision, the
/// machine, the engine, and the data (`data`: data_json) with its hash.
[[nodiscard]] nlohmann::ordered_json environment_json(const std::string& command,
                                                      const sentiment::Configuration& configuration,
                                                      const nlohmann::ordered_json& data);

}  // namespace cellwise::runs
