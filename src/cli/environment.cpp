#include "cli/environment.h"

#include <nlohmann/json.hpp>

namespace cellwise::cli {

nlohmann::ordered_json environment_json(const std::string& command, const nlohmann::ordered_json& data) {
    return {{"schema_version", 1}, {"command", command}, {"version", CELLWISE_VERSION}, {"data", data}};
}

}  // namespace cellwise::cli
