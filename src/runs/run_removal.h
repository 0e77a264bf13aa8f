#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cellwise::runs {

/// What the folder of a run may hold.
struct RunFiles {
    std::string marker;              ///< the file that makes a folder a run; it is removed last
    std::vector<std::string> names;  ///< all files, the marker among them
    bool may_hold_runs = false;      ///< a comparison holds runs of reviews
};

/// The files of runs and comparisons of reviews.
[[nodiscard]] const RunFiles& review_run_files();

/// Removes a run, or a comparison with its runs: the files that Cellwise writes, then the folder.
/// Throws before anything is removed: DataError if the folder is no run, EnvironmentError if it is being worked in,
/// UsageError if it is a symbolic link, the folder that the program was
/// started in, or holds anything else: a file of the user, a link, a folder that is no run.
void remove_run(const std::filesystem::path& folder, const RunFiles& files = review_run_files());

/// Throws UsageError if two of the names are one folder, or one lies in the other.
void require_different(const std::vector<std::string>& named);

/// The same checks without the removal.
void require_removable(const std::filesystem::path& folder, const RunFiles& files = review_run_files());

}  // namespace cellwise::runs
