#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cellwise::cli {

/// A run folder's environment.json: the command that made it, and on what.
/// `data`: where the reviews came from (data_json).
[[nodiscard]] nlohmann::ordered_json environment_json(const std::string& command, const nlohmann::ordered_json& data);

}  // namespace cellwise::cli
