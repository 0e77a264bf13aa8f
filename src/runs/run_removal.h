#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cellwise::runs {

/// Removes a run, or a comparison with its runs: the files that Cellwise writes, then the folder.
/// Throws before anything is removed: DataError if the folder is no run, EnvironmentError if it is being worked in,
/// UsageError if it is a symbolic link, the folder that the program was
/// started in, or holds anything else: a file of the user, a link, a folder that is no run.
void remove_run(const std::filesystem::path& folder);

/// Throws UsageError if two of the names are one folder, or one lies in the other.
void require_different(const std::vector<std::string>& named);

/// The same checks without the removal.
void require_removable(const std::filesystem::path& folder);

}  // namespace cellwise::runs
