#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "records/comparison.h"
#include "report/page/run_report.h"

namespace cellwise::verbs {

/// What the folders named stand for.
struct NamedRuns {
    std::vector<report::ReportRun> runs;
    std::vector<std::string> notes;  ///< of the comparisons
    std::vector<std::filesystem::path> comparisons;
    std::vector<records::BaselineRecord> baselines;  ///< of the one comparison, if it is all that was named
};

/// Reads finished runs and comparisons. Throws DataError, UsageError naming a folder that has no result to report on.
[[nodiscard]] NamedRuns read_named(const std::vector<std::string>& folders);

}  // namespace cellwise::verbs
