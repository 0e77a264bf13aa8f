#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/tables/preparation.h"
#include "data/tables/table_file.h"
#include "tasks/customers/figures.h"
#include "tasks/customers/fold.h"

namespace cellwise::customers {

/// A trained model with all that is needed to use it again. Its folder holds the model's own file, preparation.json
/// (what was learned before the model), metrics.json and run.json.
struct CustomerRun {
    std::string kind, title;  ///< the model's name and title: xgboost, XGBoost
    std::unique_ptr<Model> model;
    tables::Preparation preparation{{}, {}};
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
    Figures figures;  ///< on the test part
    std::int64_t train = 0, test = 0;
};

/// Writes the folder, the model last: a folder that has it is finished. Throws UsageError if the folder already holds a
/// run, EnvironmentError if it cannot be written.
void save_run(const std::filesystem::path& folder, const CustomerRun& run, const ModelKinds& kinds);

/// Throws DataError naming the file that is missing, is cut off or does not fit; EnvironmentError if the model's
/// library is not there.
[[nodiscard]] CustomerRun load_run(const std::filesystem::path& folder, const ModelKinds& kinds);

/// Reads the table that the run was trained on, or another one with the same columns, as that one was read. Columns
/// that it lacks are no error here. Throws as read_table.
[[nodiscard]] tables::Table read_table_as(const std::filesystem::path& path, const CustomerRun& run);

}  // namespace cellwise::customers
