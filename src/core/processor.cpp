#include "core/processor.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

namespace cellwise {
namespace {

std::optional<int> processors_of(double quota, double period) {
    if (!(quota > 0 && period > 0)) return std::nullopt;
    return std::max(1, static_cast<int>(std::ceil(std::min(quota / period, 1e6))));
}

/// Microseconds of each period; "max", or -1 in version 1, where there is no quota.
std::optional<int> quota_of(const ControlGroup& group) {
    double quota = 0, period = 0;
    if (group.version == 2) {
        std::ifstream file(group.folder / "cpu.max");
        if (!(file >> quota >> period)) return std::nullopt;
    } else if (!(std::ifstream(group.folder / "cpu.cfs_quota_us") >> quota) ||
               !(std::ifstream(group.folder / "cpu.cfs_period_us") >> period)) {
        return std::nullopt;
    }
    return processors_of(quota, period);
}

}  // namespace

std::optional<int> processor_quota(const SystemFolders& system) {
    std::optional<int> least;
    for (const auto& group : control_groups("cpu", system)) {
        if (const auto quota = quota_of(group)) least = std::min(least.value_or(*quota), *quota);
    }
    return least;
}

int usable_processors() {
    cpu_set_t set;
    CPU_ZERO(&set);
    int count = static_cast<int>(std::thread::hardware_concurrency());
    if (sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
    if (const auto quota = processor_quota()) count = std::min(count, *quota);
    return std::max(1, count);
}

std::int64_t threads_or_all(std::int64_t threads) { return threads > 0 ? threads : usable_processors(); }

std::string processor_name() {
    std::ifstream lines("/proc/cpuinfo");
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown processor";
}

std::string processor_with_count() {
    return processor_name() + " (" + std::to_string(usable_processors()) + " processors)";
}

}  // namespace cellwise
