#pragma once

#include <filesystem>
#include <string_view>

namespace cellwise {

/// Removes the temporary files of AtomicFile in a folder that killed programs left of files named `name` (of all
/// files if it is empty). Those that another program is writing stay: it holds a lock (flock) on them; and so do
/// all where the file system has no locks. Never throws: a folder that cannot be tidied can still be used.
void remove_abandoned(const std::filesystem::path& folder, std::string_view name = {}) noexcept;

}  // namespace cellwise
