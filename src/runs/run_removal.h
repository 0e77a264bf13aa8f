#pragma once

#include <filesystem>

namespace cellwise::runs {

/// Removes a run, or a comparison with its runs: the files that Cellwise writes, then the folder.
/// Throws UsageError before anything is removed if the folder is no run, is a symbolic link, is being
/// worked in, or holds anything else: a file of the user, a link, a folder that is no run.
void remove_run(const std::filesystem::path& folder);

/// The same checks without the removal.
void require_removable(const std::filesystem::path& folder);

}  // namespace cellwise::runs
