#pragma once

#include <string>

namespace cellwise {

/// As the system calls it, "AMD EPYC 9R14"; "unknown processor" where it does not.
[[nodiscard]] std::string processor_name();

/// With the number of processors that this process may use: "AMD EPYC 9R14 (2 processors)".
[[nodiscard]] std::string processor_with_count();

}  // namespace cellwise
