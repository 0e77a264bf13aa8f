#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/folder_lock.h"
#include "records/run_result.h"

namespace cellwise::runs {

/// The folder of a run: model.safetensors (names and layouts of PyTorch), config.toml,
/// vocabulary.json (words by rank), metrics.csv and metrics.jsonl (a line an epoch), environment.json
/// (what it was made with), events.out.tfevents.cellwise (TensorBoard's), progress.jsonl (progress_file.h),
/// result.json, predictions.csv (a line a test review), report.html, and until it is finished checkpoint.safetensors,
/// with diverged.txt if its training was given up. The model is written last: a folder that has it is finished. While
/// an object lives the folder is locked: no two programs work in one.
class RunFolder {
public:
    /// Makes the folder. Throws EnvironmentError if it cannot be made or written, UsageError if it
    /// already holds a run (nothing is ever overwritten).
    static RunFolder create(const std::filesystem::path& path);

    /// The folder of a run that was begun, to continue it; or create(), where it was not. Removes
    /// what an interrupted write left in it.
    static RunFolder open_or_create(const std::filesystem::path& path);

    /// Only to read from; not locked, and nothing is checked.
    static RunFolder view(const std::filesystem::path& path) { return {path, nullptr}; }

    /// `text`: what settings::to_toml gives.
    void write_configuration(const std::string& text) const;
    /// held_out: reviews were held out for validation; else the test split validates, and the columns
    /// say so.
    void write_metrics(const std::vector<records::EpochFigures>& epochs, bool held_out) const;
    void write_result(const records::RunResult& result) const;
    /// Why the training was given up.
    void write_divergence(const std::string& reason) const;
    void write_environment(const nlohmann::ordered_json& environment) const;
    /// Adds what a run was resumed with to its environment.json, under "resumed".
    void add_resumption(const nlohmann::ordered_json& environment) const;

    [[nodiscard]] bool is_finished() const;
    /// What write_divergence() kept, as it can be shown; nothing if the run is finished.
    [[nodiscard]] std::optional<std::string> divergence() const;
    [[nodiscard]] std::filesystem::path checkpoint() const;   ///< its path, whether it exists or not
    [[nodiscard]] std::filesystem::path events() const;       ///< likewise
    [[nodiscard]] std::filesystem::path predictions() const;  ///< likewise
    [[nodiscard]] std::filesystem::path progress() const;     ///< likewise
    [[nodiscard]] std::filesystem::path report() const;       ///< likewise

    /// The epochs in metrics.jsonl. Throws DataError naming the file and line.
    [[nodiscard]] std::vector<records::EpochFigures> read_metrics() const;

    /// Throws DataError naming the file.
    [[nodiscard]] records::RunResult read_result() const;

    /// environment.json; an empty object if there is none. Throws DataError naming the file.
    [[nodiscard]] static nlohmann::json environment_of(const std::filesystem::path& path);
    /// The command that made the folder, "train" or "compare"; "" if it does not say.
    [[nodiscard]] static std::string command_of(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    explicit RunFolder(std::filesystem::path path);  // locks it
    RunFolder(std::filesystem::path path, std::shared_ptr<const FolderLock> lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    std::shared_ptr<const FolderLock> lock_;
};

}  // namespace cellwise::runs
