#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "data/reviews/dataset.h"
#include "tasks/sentiment/configuration.h"

namespace cellwise::sentiment {

/// The data set of a configuration, padded to its length.
struct PreparedData {
    data::Source source;
    data::Vocabulary vocabulary;
    data::PaddedReviews train;
    data::PaddedReviews test;
    data::Reviews whole_test;                       ///< the test reviews with all their words
    std::optional<data::PaddedReviews> validation;  ///< held out of the training reviews, if the settings say so
    data::LabelNames labels = {};
};

/// Loads and pads. Throws what data::load_dataset throws; UsageError for an empty split or too little memory,
/// DataError for own texts to train on that have one label.
[[nodiscard]] PreparedData prepare_data(const Configuration& configuration);

/// Sets what the data's labels are called in the settings, where the data and not the settings say it: predictions are
/// shown by these names, and texts that come later are read by them.
void keep_label_names(Configuration& configuration, const data::LabelNames& labels);

/// {"kind", "path", "sha256", "synthetic", "train_reviews", "validation_reviews", "test_reviews"}.
[[nodiscard]] nlohmann::ordered_json data_json(const PreparedData& data);

/// How many words each review has; the start token does not count.
[[nodiscard]] std::vector<std::uint32_t> word_counts(const data::Reviews& reviews);

}  // namespace cellwise::sentiment
