#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/customers/model.h"
#include "tasks/customers/run_description.h"

namespace cellwise::customers {

/// finished: its model is there; interrupted: it is not; broken: run.json or metrics.json cannot be read.
enum class RunState { finished, interrupted, broken };
[[nodiscard]] std::string_view state_name(RunState state);

/// A run as a list shows it; its model is not opened.
struct RunEntry {
    std::filesystem::path folder;
    RunState state = RunState::broken;
    std::string problem;  ///< of a broken one
    std::string begun;    ///< when run.json was written, which ends a training: UTC, ISO 8601
    RunDescription description;
};

/// Whether the folder, or the folder that a link leads to, is what `customers train` keeps: it holds a run.json, and no
/// config.toml, which makes a run of reviews.
[[nodiscard]] bool is_run(const std::filesystem::path& folder);

/// What is wrong inside is the entry's `problem`.
[[nodiscard]] RunEntry read_run_entry(const std::filesystem::path& folder);

/// Those right in `folder`, by name. Throws DataError if there is no such folder.
[[nodiscard]] std::vector<RunEntry> list_runs(const std::filesystem::path& folder);

/// The `customers_run` of docs/schema/runs-list.json.
[[nodiscard]] nlohmann::ordered_json entry_json(const RunEntry& run);

/// The measure that a list shows: roc_auc or r2, accuracy where no area can be told; nullptr if there is none.
[[nodiscard]] const Metric* main_metric(const RunDescription& run);

/// Every file that such a run's folder may hold.
[[nodiscard]] std::vector<std::string> run_file_names();

/// The file of a network of that name in a run folder. Known here, because nothing else of it can be without LibTorch.
[[nodiscard]] std::string network_file_name(const std::string& network);

/// A setting that is not the same in all runs, with its value in each; "" where a run does not have it.
struct DifferingSetting {
    std::string name;
    std::vector<std::string> values;  ///< [runs]
};
[[nodiscard]] std::vector<DifferingSetting> differing_settings(const std::vector<RunEntry>& runs);

/// Throws DataError for a run that is broken, UsageError for runs that have not the same table and target.
void require_comparable(const std::vector<RunEntry>& runs);

}  // namespace cellwise::customers
