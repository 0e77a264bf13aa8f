#pragma once

#include <string>
#include <vector>

#include "tasks/customers/run_report.h"

namespace cellwise::customers {

// The charts of a run's report: SVG documents, readable on a phone.

[[nodiscard]] std::string roc_picture(const RunReport& report, Language language);
[[nodiscard]] std::string precision_recall_picture(const RunReport& report, Language language);
[[nodiscard]] std::string calibration_picture(const RunReport& report, Language language);
/// Accuracy, precision, recall and F1 against the threshold, the run's own marked.
[[nodiscard]] std::string threshold_picture(const RunReport& report, double own, Language language);
[[nodiscard]] std::string predicted_picture(const RunReport& report, Language language);
[[nodiscard]] std::string residuals_picture(const RunReport& report, Language language);
/// A dot a row, for each of the columns that add most; blue where a number is below its median, orange above.
[[nodiscard]] std::string contributions_picture(const RunReport& report, const std::string& unit, Language language);

}  // namespace cellwise::customers
