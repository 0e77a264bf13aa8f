#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace cellwise {

/// Where the system tells about itself; tests name folders of their own.
struct SystemFolders {
    std::filesystem::path proc = "/proc";
    std::filesystem::path control_groups = "/sys/fs/cgroup";
};

/// A control group's folder. The two versions call their files differently.
struct ControlGroup {
    std::filesystem::path folder;
    int version = 2;
};

/// The groups of this process (a container, a batch job) that have to do with a controller ("cpu", "memory"), and all
/// groups around them: what any of them limits is limited.
[[nodiscard]] std::vector<ControlGroup> control_groups(std::string_view controller, const SystemFolders& system = {});

}  // namespace cellwise
