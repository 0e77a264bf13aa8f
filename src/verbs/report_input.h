#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/reviews/dataset.h"
#include "report/page/run_report.h"
#include "runs/train_runs.h"

namespace cellwise::verbs {

/// Reads the folder of a finished run of one model. A run of before predictions.csv was kept comes without
/// predictions, and says so. Throws DataError naming the folder or file: no run, not finished, damaged.
[[nodiscard]] report::ReportRun read_report_run(const std::filesystem::path& folder);

/// The plots in a run's or comparison's folder that belong into its report: gradients.svg and gates.svg.
[[nodiscard]] std::vector<report::Picture> pictures_in(const std::filesystem::path& folder);

/// Gives the input the words of the test reviews (whole, and all of one data set), which must outlive it; or
/// says that there are none, for `problem` if there are no reviews.
void add_words(report::ReportInput& input, const data::Reviews* whole_test, const data::Vocabulary* vocabulary,
               const std::string& problem = {});

/// The input without its words: the runs, their and `folders`' pictures, the time and the program's version.
[[nodiscard]] report::ReportInput report_input(std::vector<report::ReportRun> runs,
                                               const std::vector<std::filesystem::path>& folders = {});

/// Writes report.html into each of these run folders that has none, after a training.
void write_reports(const std::vector<runs::PlannedRun>& runs, const sentiment::PreparedData& data);

/// Writes report.html into a comparison's folder: of its finished `runs`, with its baselines and notes.
void write_comparison_report(const std::filesystem::path& folder, const std::vector<runs::PlannedRun>& runs,
                             const records::ComparisonRecord& comparison, const sentiment::PreparedData& data);

}  // namespace cellwise::verbs
