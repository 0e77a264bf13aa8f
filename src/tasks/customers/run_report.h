#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "statistics/calibration.h"
#include "statistics/classification.h"
#include "tasks/customers/prediction.h"

namespace cellwise::customers {

struct RunReportRequest {
    int repeats = 5;  ///< shufflings of each column, at least 2
    std::size_t threads = 1;
    std::size_t importance_rows = 10000;  ///< at most; the test part's first ones
    std::size_t explained_rows = 200;     ///< at most; the test part's first ones
};

/// One label against the others, on the test part.
struct LabelCurves {
    std::string label;
    std::vector<statistics::RocPoint> roc;
    std::optional<statistics::RocArea> area;
    std::vector<statistics::PrecisionRecallPoint> precision_recall;
    std::optional<double> average_precision;
    std::vector<statistics::CalibrationBin> calibration;
    std::optional<double> calibration_error;
};

/// What comes of another threshold.
struct ThresholdPoint {
    double threshold = 0;
    statistics::Confusion confusion;
};

/// What one column added to the predictions of the rows explained.
struct ColumnSummary {
    std::string column;
    double mean_size = 0;  ///< mean of |contribution|
    /// [rows explained]: a row's contribution, and its value where the column is a number.
    std::vector<double> contributions;
    std::vector<std::optional<double>> values;
};

/// What report.html shows of a run.
struct RunReport {
    Figures figures;                                  ///< on the test part
    std::vector<double> targets, answers;             ///< [test rows] of a numeric target
    std::vector<LabelCurves> curves;                  ///< of two labels the positive one; else the first six
    std::vector<std::vector<std::size_t>> confusion;  ///< [true label][predicted label]
    std::vector<ThresholdPoint> thresholds;           ///< of two labels: 0.01 … 0.99
    std::vector<PermutationImportance> importance;
    std::vector<ColumnSummary> columns;  ///< the largest mean_size first; empty if the model gives no reasons
    std::size_t explained_rows = 0, importance_rows = 0;
    int repeats = 0;
};

/// `table` is the one that the run was trained on, unchanged. Throws as predict_rows.
[[nodiscard]] RunReport make_run_report(const CustomerRun& run, const tables::Table& table,
                                        const RunReportRequest& request);

/// The document of docs/schema/customers-report.json, without its "schema".
[[nodiscard]] nlohmann::ordered_json run_report_json(const CustomerRun& run, const RunReport& report);

/// report.html, in the run's language. It is one file that loads nothing and runs no script.
[[nodiscard]] std::string run_report_page(const CustomerRun& run, const RunReport& report);

}  // namespace cellwise::customers
