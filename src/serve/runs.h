#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cellwise::serve {

/// One run as the index of run folders tells of it.
struct RunEntry {
    std::string name;    ///< below the runs folder: "2026-11-26-compare/lstm-seed-0"; what requests call it
    std::string parent;  ///< the comparison or study that it belongs to; empty if it stands alone
    std::string kind;    ///< "train", "compare", "customers", "tune"
    std::string state;   ///< "running", "finished", "interrupted", "diverged", "broken"
    std::string model;   ///< "lstm", "random_forest"
    std::string data;    ///< "imdb", "synthetic", a table's name
    std::string begun;   ///< ISO 8601, UTC; empty if unknown
    std::string problem;
    std::int64_t epochs_planned = 0;
    nlohmann::ordered_json epochs = nlohmann::ordered_json::array();  ///< lines of metrics.jsonl
    std::optional<double> test_accuracy, test_loss;
    std::vector<std::pair<std::string, std::string>> settings;  ///< as in config.toml
    std::filesystem::path progress;                             ///< progress.jsonl; empty if there is none
    std::filesystem::path report;                               ///< report.html; empty if there is none
};

/// The runs of a folder. Asked on one thread, which is neither the event loop nor the models'.
class Runs {
public:
    virtual ~Runs() = default;
    /// What the page shows as their place.
    [[nodiscard]] virtual std::string folder() const = 0;
    /// All runs, newest first. Called again and again; an implementation keeps what has not changed.
    [[nodiscard]] virtual std::vector<RunEntry> list() = 0;
    /// Paired verdicts of these runs, as `runs compare --json` gives them (docs/schema/runs-compare.json); null if they
    /// cannot be paired.
    [[nodiscard]] virtual nlohmann::ordered_json compare(const std::vector<std::string>& names) = 0;
};

}  // namespace cellwise::serve
