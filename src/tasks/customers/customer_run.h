#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "data/tables/preparation.h"
#include "data/tables/table.h"
#include "tasks/customers/fold.h"
#include "tasks/customers/run_description.h"

namespace cellwise::customers {

/// A trained model with all that is needed to use it again. Its folder holds the model's own file, preparation.json
/// (what was learned before the model), metrics.json, predictions.csv and run.json.
struct CustomerRun : RunDescription {
    std::string title;  ///< the model's, for people: XGBoost
    std::unique_ptr<Model> model;
    tables::Preparation preparation{{}, {}};
    /// Of a run that was just trained, to be kept: its test rows, their targets and Model::predict's answers.
    std::vector<std::int64_t> test_rows = {};
    std::vector<double> test_targets = {}, test_answers = {};
};

/// Throws UsageError if the folder already holds a run.
void require_fresh(const std::filesystem::path& folder);

/// Writes the folder, run.json last: what was cut off before it is no run. Throws as require_fresh, EnvironmentError if
/// it cannot be written.
void save_run(const std::filesystem::path& folder, const CustomerRun& run);

/// The same over a run that is there, whole or cut off. A run whose model is nullptr is kept without one.
void replace_run(const std::filesystem::path& folder, const CustomerRun& run);

/// Throws DataError naming the file that is missing, is cut off or does not fit; EnvironmentError if the model's
/// library is not there.
[[nodiscard]] CustomerRun load_run(const std::filesystem::path& folder, const ModelKinds& kinds);

/// Reads the table that the run was trained on, or another one with the same columns, as that one was read. Columns
/// that it lacks are no error here. Throws as read_table.
[[nodiscard]] tables::Table read_table_as(const std::filesystem::path& path, const CustomerRun& run);

}  // namespace cellwise::customers
