#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "data/dataset.h"
#include "models/classifier.h"
#include "report/comparison.h"
#include "training/configuration.h"
#include "training/trainer.h"

namespace cellwise::cli {

/// The data set of a configuration, padded to its length.
struct PreparedData {
    data::Source source;
    data::Vocabulary vocabulary;
    data::PaddedReviews train;
    data::PaddedReviews test;
};

/// Loads and pads. Throws what data::load_dataset throws; UsageError if a split is empty.
[[nodiscard]] PreparedData prepare_data(const training::Configuration& configuration);

/// {"kind", "path", "sha256", "synthetic", "train_reviews", "test_reviews"}.
[[nodiscard]] nlohmann::ordered_json data_json(const PreparedData& data);

/// Every setting by its key.
[[nodiscard]] nlohmann::ordered_json configuration_json(const training::Configuration& configuration);

/// Trains one cell with one seed, showing progress on standard error, and writes the run folder.
[[nodiscard]] report::RunRecord train_run(const training::Configuration& configuration, Cell cell, std::uint64_t seed,
                                          const PreparedData& data, const std::filesystem::path& folder);

}  // namespace cellwise::cli
