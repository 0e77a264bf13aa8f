#pragma once

#include <cstdint>
#include <string_view>

#include "core/control_groups.h"

namespace cellwise {

/// The bytes that a program can still get: what the system has available, swap included, or what the control
/// groups that it is in (a container, a batch job; version 1 and 2) leave, whichever is less. UINT64_MAX if
/// nothing of that can be read.
[[nodiscard]] std::uint64_t available_memory(const SystemFolders& system = {});

/// Throws EnvironmentError if more bytes are needed than there are: "WHAT needs N GB (N bytes), …: ADVICE". A megabyte
/// is never refused.
void require_memory(double bytes, std::string_view what, std::string_view advice);

}  // namespace cellwise
