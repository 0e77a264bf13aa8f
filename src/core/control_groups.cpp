#include "core/control_groups.h"

#include <fmt/format.h>

#include <fstream>
#include <string>

namespace cellwise {
namespace fs = std::filesystem;

std::vector<ControlGroup> control_groups(std::string_view controller, const SystemFolders& system) {
    std::vector<ControlGroup> groups;
    // Lines "number:controllers:/group"; version 2 has number 0 and no controllers.
    std::ifstream lines(system.proc / "self" / "cgroup");
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        const bool is_named =
            fmt::format(",{},", controllers).find(fmt::format(",{},", controller)) != std::string::npos;
        if (!controllers.empty() && !is_named) continue;
        const int version = controllers.empty() ? 2 : 1;
        const auto top = version == 2 ? system.control_groups : system.control_groups / controller;
        for (fs::path path = fs::path(line.substr(second + 1)).relative_path();; path = path.parent_path()) {
            groups.push_back({top / path, version});
            if (path.empty()) break;
        }
    }
    return groups;
}

}  // namespace cellwise
