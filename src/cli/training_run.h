#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "cli/process_group.h"
#include "cli/settings.h"
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
    data::Reviews whole_test;                       ///< the test reviews with all their words
    std::optional<data::PaddedReviews> validation;  ///< held out of the training reviews, if the settings say so
    data::LabelNames labels = {};
};

/// Loads and pads. Throws what data::load_dataset throws; UsageError for an empty split or too little memory,
/// DataError for own texts to train on that have one label.
[[nodiscard]] PreparedData prepare_data(const training::Configuration& configuration);

/// Sets what the data's labels are called in the settings, where the data and not the settings say it: predictions are
/// shown by these names, and texts that come later are read by them.
void keep_label_names(training::Configuration& configuration, const data::LabelNames& labels);

/// {"kind", "path", "sha256", "synthetic", "train_reviews", "validation_reviews", "test_reviews"}.
[[nodiscard]] nlohmann::ordered_json data_json(const PreparedData& data);

/// Every setting by its key.
[[nodiscard]] nlohmann::ordered_json configuration_json(const training::Configuration& configuration);

/// One run of a comparison: its cell and seed, and the folder it is kept in. If the folder holds the
/// run already, whole or begun, it is gone on with where `may_resume`, else refused.
struct PlannedRun {
    Cell cell = Cell::lstm;
    std::uint64_t seed = 0;
    std::filesystem::path folder;
    bool may_resume = false;
    /// Told of every epoch, first of those in a checkpoint that is gone on with. What it throws ends the run, whose
    /// folder stays as it is then.
    std::function<void(const training::EpochResult&)> watch = {};
};

/// The folder that the flags name (--resume, --output), else runs/<date>-<name>.
[[nodiscard]] std::filesystem::path run_folder_of(const SettingFlags& flags, const std::string& name);

/// What came of a plan's runs.
struct TrainedRuns {
    std::vector<report::RunRecord> runs;
    std::vector<report::DivergedRun> diverged;
};

/// Trains the runs, side by side where the configuration's threads and jobs have it so, showing progress
/// on standard error, and writes their run folders. The records come in the plan's order and do not
/// depend on threads and jobs (timings aside), nor on how often the runs were interrupted and gone on
/// with. Ctrl-C and SIGTERM let every running step end, save and throw Interrupted. A run
/// that diverges does not end the others.
///
/// Several processes train a single run together, and share the runs of a longer plan: those need the folder
/// on a disk that all of them see. Only the first process has the records.
[[nodiscard]] TrainedRuns train_runs(const training::Configuration& configuration, const std::vector<PlannedRun>& plan,
                                     const PreparedData& data, const ProcessGroup& processes);

}  // namespace cellwise::cli
