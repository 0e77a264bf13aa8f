#pragma once

#include <filesystem>

namespace cellwise {

/// The user's cache folder of Cellwise: $XDG_CACHE_HOME/cellwise, else ~/.cache/cellwise, else a
/// folder under the system's temporary one.
[[nodiscard]] std::filesystem::path cache_folder();

}  // namespace cellwise
