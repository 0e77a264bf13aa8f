#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "search/pruner.h"
#include "search/sampler.h"
#include "search/space.h"

namespace cellwise::search {

/// All that decides which trials a study has, beside its budget.
struct StudySettings {
    Space space;
    SamplerOptions sampler;
    PrunerOptions pruner;
    std::size_t round = 4;  ///< trials that are asked at once, and may run side by side
    /// What else decides a trial's objective, by name: the verb's settings, the metric, the data's hash.
    Values context;

    /// Throws UsageError for what cannot be.
    void validate() const;
    bool operator==(const StudySettings&) const = default;
};

/// study.toml, which read_study_settings gives back the same.
[[nodiscard]] std::string to_toml(const StudySettings& settings);
/// Throws DataError naming the file if it is missing, no TOML, or not what to_toml writes.
[[nodiscard]] StudySettings read_study_settings(const std::filesystem::path& path);

/// How a study that is asked for differs from the one in the folder, a line a setting: "round was 4, is 8". None if
/// they are the same.
[[nodiscard]] std::vector<std::string> differences(const StudySettings& former, const StudySettings& now);

}  // namespace cellwise::search
