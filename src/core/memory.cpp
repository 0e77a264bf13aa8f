#include "core/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include "core/error.h"

namespace cellwise {
namespace fs = std::filesystem;
namespace {

/// The number behind `key` in a file of "key value" lines.
std::optional<std::uint64_t> value_of(const fs::path& path, std::string_view key) {
    std::ifstream file(path);
    std::string word;
    while (file >> word) {
        std::uint64_t value = 0;
        if (word == key && file >> value) return value;
    }
    return std::nullopt;
}

/// The number that a file holds alone; nothing for "max".
std::optional<std::uint64_t> number_in(const fs::path& path) {
    std::ifstream file(path);
    std::uint64_t value = 0;
    return file >> value ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> system_leaves(const fs::path& proc) {
    const auto available = value_of(proc / "meminfo", "MemAvailable:");
    if (!available) return std::nullopt;
    return (*available + value_of(proc / "meminfo", "SwapFree:").value_or(0)) * 1024;
}

/// What the files of one version call things.
struct Names {
    const char* limit;
    const char* usage;
    const char* reclaimable;  ///< in memory.stat: cached files that give way
};
constexpr Names version_1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr Names version_2{"memory.max", "memory.current", "inactive_file"};

std::optional<std::uint64_t> group_leaves(const fs::path& group, const Names& names) {
    const auto limit = number_in(group / names.limit);
    const auto usage = number_in(group / names.usage);
    if (!limit || !usage) return std::nullopt;
    const auto reclaimable = std::min(*usage, value_of(group / "memory.stat", names.reclaimable).value_or(0));
    const auto used = *usage - reclaimable;
    return *limit > used ? *limit - used : 0;
}

/// The least that the group and those around it leave.
std::uint64_t groups_leave(const fs::path& root, const fs::path& group, const Names& names) {
    std::uint64_t least = UINT64_MAX;
    for (fs::path path = group.relative_path();; path = path.parent_path()) {
        least = std::min(least, group_leaves(root / path, names).value_or(UINT64_MAX));
        if (path.empty()) return least;
    }
}

}  // namespace

std::uint64_t available_memory(const MemorySources& sources) {
    std::uint64_t least = system_leaves(sources.proc).value_or(UINT64_MAX);
    // Lines "number:controllers:/group"; version 2 has number 0 and no controllers.
    std::ifstream groups(sources.proc / "self" / "cgroup");
    std::string line;
    while (std::getline(groups, line)) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const fs::path group = line.substr(second + 1);
        if (controllers == ",,") {
            least = std::min(least, groups_leave(sources.control_groups, group, version_2));
        } else if (controllers.find(",memory,") != std::string::npos) {
            least = std::min(least, groups_leave(sources.control_groups / "memory", group, version_1));
        }
    }
    return least;
}

void require_memory(double bytes, std::string_view what, std::string_view advice) {
    const auto available = static_cast<double>(available_memory());
    if (bytes <= available) return;
    throw EnvironmentError(
        fmt::format("{} needs {:.4g} GB of memory ({:.0f} bytes), and this machine has {:.4g} GB left: {}", what,
                    bytes / 1e9, bytes, available / 1e9, advice));
}

}  // namespace cellwise
