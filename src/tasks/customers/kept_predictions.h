#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "tasks/customers/comparison.h"
#include "tasks/customers/run_index.h"

namespace cellwise::customers {

/// What a run's model said of its test rows.
struct KeptPredictions {
    std::vector<std::int64_t> rows;  ///< of the table, counted from 0
    std::vector<double> targets;     ///< [rows]: the number or class
    std::vector<double> predicted;   ///< [rows]: likewise
    std::vector<double>
        probabilities;  ///< [rows] of the positive label of two, or the predicted one of more; else empty
};

inline constexpr const char* predictions_file_name = "predictions.csv";

/// answers: Model::predict's of these rows; targets as in Target.
[[nodiscard]] KeptPredictions kept_predictions(const RunDescription& run, std::span<const std::int64_t> rows,
                                               std::span<const double> targets, std::span<const double> answers);

/// predictions.csv: row, target, predicted and, of labels, probability. Throws EnvironmentError.
void write_predictions(const std::filesystem::path& folder, const RunDescription& run,
                       const KeptPredictions& predictions);

/// Nothing where a run of an older version kept none. Throws DataError naming the file if it is not such a one.
[[nodiscard]] std::optional<KeptPredictions> read_predictions(const std::filesystem::path& folder,
                                                              const RunDescription& run);

/// All pairs of runs with labels, on the test rows that they share one by one: the accuracy by McNemar's test, the area
/// under the ROC curve of two labels by DeLong's, each with Holm's correction; named by the runs' places, "0", "1", ….
/// Empty if a run kept no predictions, or they are not of the same rows.
[[nodiscard]] std::vector<Difference> paired_tests(std::span<const RunEntry> runs);

}  // namespace cellwise::customers
