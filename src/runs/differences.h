#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "runs/run_index.h"
#include "statistics/paired.h"

namespace cellwise::runs {

/// Two kinds of runs, the same seeds of each: the difference of their test accuracies, seed by seed.
struct RunsDifference {
    std::string first, second;  ///< the cell, and the settings in which the runs compared differ
    statistics::PairedComparison accuracy;
    double p_holm = 1;  ///< of the paired t-test, corrected over all differences
};

/// Sorts finished runs into kinds (same cell, same settings but for the seed and what leaves results as they are) and
/// compares every two kinds that differ in the cell or in settings, not in both, and have two seeds in common.
[[nodiscard]] std::vector<RunsDifference> runs_differences(const std::vector<RunInfo>& runs);

[[nodiscard]] nlohmann::ordered_json runs_differences_json(const std::vector<RunsDifference>& differences);

/// A setting that is not the same in all runs, with its value in each.
struct DifferingSetting {
    std::string key;
    std::vector<std::string> values;  ///< [runs]
};
[[nodiscard]] std::vector<DifferingSetting> differing_settings(const std::vector<RunInfo>& runs);

/// Comparisons stand for the runs in them. Throws DataError for a broken one.
[[nodiscard]] std::vector<RunInfo> single_runs(const std::vector<RunInfo>& runs);

/// The document of docs/schema/runs-compare.json, without its "schema".
[[nodiscard]] nlohmann::ordered_json runs_compare_json(const std::vector<RunInfo>& runs,
                                                       const std::vector<RunsDifference>& differences);

}  // namespace cellwise::runs
