#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/control_groups.h"

namespace cellwise {

/// As the system calls it, "AMD EPYC 9R14"; "unknown processor" where it does not.
[[nodiscard]] std::string processor_name();

/// How many processors this process may keep busy: those that it may run on (taskset, cpuset), and no more than its
/// control groups' quotas give it (a container's --cpus), rounded up. At least 1.
[[nodiscard]] int usable_processors();

/// The number of threads that was asked for; below 1 asks for one a usable processor.
[[nodiscard]] std::int64_t threads_or_all(std::int64_t threads);

/// The least quota of the process's control groups and of those above them, in processors, rounded up; nothing where
/// none has one.
[[nodiscard]] std::optional<int> processor_quota(const SystemFolders& system = {});

/// With the number of processors that this process may use: "AMD EPYC 9R14 (2 processors)".
[[nodiscard]] std::string processor_with_count();

}  // namespace cellwise
