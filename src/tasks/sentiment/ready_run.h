#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/safetensors.h"
#include "data/reviews/vocabulary.h"
#include "models/fused_classifier.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::sentiment {

/// A trained model that answers without LibTorch, with what is needed to ask it.
struct ReadyRun {
    Configuration configuration;  ///< its `cells` holds the one cell of the model
    data::Vocabulary vocabulary;
    std::vector<StoredTensor> tensors;  ///< the model's memory
    std::optional<models::FusedClassifier> model;
};

/// The run in this folder, if the fused kernels compute its model (float32 on the processor) and model.safetensors
/// holds what config.toml describes; otherwise null: run_files.h reads it, or tells what is wrong with it. Throws
/// DataError for what is wrong with config.toml and vocabulary.json, as load_run() does, EnvironmentError if the system
/// gives not so many threads.
[[nodiscard]] std::unique_ptr<ReadyRun> load_ready_run(const std::filesystem::path& folder, int threads);

}  // namespace cellwise::sentiment
