#pragma once

#include <string>
#include <vector>

#include "cli/terminal/output.h"
#include "report/text/table.h"
#include "tasks/customers/run_index.h"

namespace cellwise::cli {

// What `cellwise runs` says of runs of customers, those of `customers train`.

/// Every measure of the target's kind with its value. heading: of the values' column.
[[nodiscard]] report::Table customer_figures_table(bool is_classification, const customers::Figures& figures,
                                                   const std::string& heading = "on the test rows");

/// A line a run, and what is wrong with those that cannot be read.
[[nodiscard]] std::string customer_runs_text(const std::vector<customers::RunEntry>& runs);

/// Prints the run and writes its JSON. Throws DataError if it is broken.
void show_customer_run(const std::string& folder, const Output& out);

/// Whether all folders are runs of customers. Throws UsageError where some are and others are runs of reviews.
[[nodiscard]] bool are_customer_runs(const std::vector<std::string>& folders);

/// Prints the figures side by side and the settings that differ, and writes them as JSON. Throws UsageError for fewer
/// than two runs, and as customers::require_comparable.
void compare_customer_runs(const std::vector<std::string>& folders, const Output& out);

}  // namespace cellwise::cli
