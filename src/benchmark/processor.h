#pragma once

#include <string>

namespace cellwise::benchmark {

/// The processor's name as the system tells it, with the number of processors this process may use.
[[nodiscard]] std::string processor_name();

}  // namespace cellwise::benchmark
