#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/figures.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::runs {

/// running: a program is at work in the folder; interrupted: --resume goes on with it; diverged: its training was given
/// up; imported: the model comes from another program, so there are no epochs.
enum class RunStatus { finished, running, interrupted, diverged, imported, broken };
[[nodiscard]] std::string_view status_name(RunStatus status);

/// What a run folder says about itself.
struct RunInfo {
    std::filesystem::path folder;
    RunStatus status = RunStatus::broken;
    std::string problem;  ///< of a broken one, or why it diverged
    bool is_comparison = false;
    std::string begun;          ///< UTC, ISO 8601; empty if it does not say
    std::string data;           ///< imdb, synthetic, table; empty if it does not say
    std::string imported_from;  ///< the file, of an imported one that says it
    sentiment::Configuration configuration;
    std::vector<records::EpochFigures> epochs;
    bool held_out = false;  ///< validation figures are of held-out reviews, not of the test split
    std::optional<std::int64_t> best_epoch;
    std::optional<double> test_accuracy, test_loss;
    std::vector<RunInfo> runs;  ///< of a comparison, by name

    [[nodiscard]] double seconds() const;
};

/// Whether the folder, or the folder that a link leads to, is a run: it holds a config.toml.
[[nodiscard]] bool is_run(const std::filesystem::path& folder);

/// "compare", "import" or "train".
[[nodiscard]] std::string_view kind_name(const RunInfo& run);

/// Throws DataError if it is not a run; what is wrong inside a run is its `problem`.
[[nodiscard]] RunInfo read_run(const std::filesystem::path& folder);

/// The runs right in `folder`, by name. Throws DataError if there is no such folder.
[[nodiscard]] std::vector<RunInfo> list_runs(const std::filesystem::path& folder);

[[nodiscard]] nlohmann::ordered_json run_json(const RunInfo& run);

}  // namespace cellwise::runs
