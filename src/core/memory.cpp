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

// To ask the system takes a dozen files and a tenth of a millisecond, as long as a model takes to answer.
constexpr double never_asked = 1 << 20;

}  // namespace

std::uint64_t available_memory(const SystemFolders& system) {
    std::uint64_t least = system_leaves(system.proc).value_or(UINT64_MAX);
    for (const auto& group : control_groups("memory", system)) {
        const auto leaves = group_leaves(group.folder, group.version == 1 ? version_1 : version_2);
        least = std::min(least, leaves.value_or(UINT64_MAX));
    }
    return least;
}

void require_memory(double bytes, std::string_view what, std::string_view advice) {
    if (bytes <= never_asked) return;
    const auto available = static_cast<double>(available_memory());
    if (bytes <= available) return;
    throw EnvironmentError(
        fmt::format("{} needs {:.4g} GB of memory ({:.0f} bytes), and this machine has {:.4g} GB left: {}", what,
                    bytes / 1e9, bytes, available / 1e9, advice));
}

}  // namespace cellwise
