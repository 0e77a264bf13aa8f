#pragma once

#include <filesystem>

#include "data/reviews/vocabulary.h"
#include "models/classifier.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::sentiment {

/// A trained model with what is needed to use it again.
struct Run {
    Configuration configuration;  ///< its `cells` holds the one cell of the model
    models::Classifier model{nullptr};
    data::Vocabulary vocabulary;
};

/// Writes vocabulary.json into a run's folder: all words, those beyond the model's vocabulary_size too, which the model
/// reads as unknown; words outside the vocabulary it reads not at all.
void write_vocabulary(const std::filesystem::path& folder, const data::Vocabulary& vocabulary);

/// Writes model.safetensors: the last file of a run.
void write_model(const std::filesystem::path& folder, const models::Classifier& model);

/// Reads a run back. Throws DataError naming the file that is missing, corrupt or does not fit.
[[nodiscard]] Run load_run(const std::filesystem::path& folder);

}  // namespace cellwise::sentiment
