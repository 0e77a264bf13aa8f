#pragma once

#include <string_view>

namespace cellwise {

/// What this program was built of. The words live as long as the program.
[[nodiscard]] std::string_view program_version();   ///< "0.1.0"
[[nodiscard]] std::string_view git_revision();      ///< the commit, "-dirty" behind it, or "unknown"
[[nodiscard]] std::string_view libtorch_version();  ///< "2.15.0"
[[nodiscard]] std::string_view compiler();          ///< "GNU 12.2.0"

}  // namespace cellwise
