#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/vocabulary.h"
#include "models/classifier.h"
#include "training/configuration.h"
#include "training/trainer.h"

namespace cellwise::training {

/// A trained model with what is needed to use it again.
struct Run {
    Configuration configuration;  ///< its `cells` holds the one cell of the model
    models::Classifier model{nullptr};
    data::Vocabulary vocabulary;
};

/// The folder of a run: model.safetensors (names and layouts of PyTorch), config.toml,
/// vocabulary.json (words by rank), metrics.csv and metrics.jsonl (a line an epoch).
class RunFolder {
public:
    /// Makes the folder. Throws EnvironmentError if it cannot be made or written, UsageError if it
    /// already holds a run (nothing is ever overwritten).
    static RunFolder create(const std::filesystem::path& path);

    /// runs/<date>-<name>, with a number behind it if that exists already.
    static std::filesystem::path fresh_name(const std::string& name);

    void write_configuration(const Configuration& configuration) const;
    /// All words, those beyond the model's vocabulary_size too: the model reads them as unknown, but
    /// words outside the vocabulary not at all.
    void write_vocabulary(const data::Vocabulary& vocabulary) const;
    void write_metrics(const std::vector<EpochResult>& epochs) const;
    void write_model(const models::Classifier& model) const;

    /// Reads a run back. Throws DataError naming the file that is missing, corrupt or does not fit.
    [[nodiscard]] static Run load(const std::filesystem::path& path);

    /// Only the configuration of a run.
    [[nodiscard]] static Configuration load_configuration(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
};

}  // namespace cellwise::training
