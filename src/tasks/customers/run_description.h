#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "data/tables/table_file.h"
#include "tasks/customers/figures.h"
#include "tasks/customers/language.h"

namespace cellwise::customers {

/// A setting by the name of its flag, with its value as text.
using RunSettings = std::vector<std::pair<std::string, std::string>>;

/// What a run says about itself: all of it but the model and the preparation.
struct RunDescription {
    std::string kind;  ///< the model's name: xgboost
    std::string file;  ///< the model's file in the folder
    double threshold = 0.5;
    std::string target;
    bool is_classification = true;
    std::vector<std::string> labels;
    std::string id_column;  ///< empty: none
    // Where it was trained.
    std::string table, table_sha256;
    tables::ReadOptions read;  ///< how the table was read, with the kind of every column
    double test_share = 0.2;
    std::uint64_t seed = 42;
    bool stratify = false;
    std::int64_t train = 0, test = 0;
    RunSettings settings;                   ///< how it was fitted; empty in runs of an older version
    Language language = Language::english;  ///< of its report
    Figures figures;                        ///< on the test part; nothing in them if metrics.json is not there
    std::int64_t folds = 0;  ///< of a study's trial: `figures` are means over so many folds of the training part

    [[nodiscard]] std::string table_name() const;
    /// Model, target, identifier, split and `settings`.
    [[nodiscard]] RunSettings all_settings() const;
};

/// run.json and metrics.json.
[[nodiscard]] nlohmann::ordered_json description_json(const RunDescription& run);
[[nodiscard]] nlohmann::ordered_json figures_json(const RunDescription& run);

/// Reads both. Throws DataError naming the file that is missing, is cut off or does not fit.
[[nodiscard]] RunDescription read_description(const std::filesystem::path& folder);

}  // namespace cellwise::customers
