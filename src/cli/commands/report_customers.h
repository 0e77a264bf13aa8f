#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/terminal/output.h"
#include "tasks/customers/customer_run.h"

namespace cellwise::cli {

/// Writes report.html of a run of customers to `output`. `table`: where its table lies, if not where it was trained;
/// it must be the same. Prints the figures and writes them as JSON. Throws DataError for a table that is not there or
/// has changed, UsageError for an output that is somebody else's file.
void report_customer_run(const std::string& folder, const std::filesystem::path& output, const std::string& table,
                         const Output& out);

/// Writes report.html into the folder of a run that was just trained on `table`.
void write_customer_report(const std::filesystem::path& folder, const customers::CustomerRun& run,
                           const tables::Table& table, std::size_t threads);

/// Whether the one folder is a run of customers. Throws UsageError if one of several is.
[[nodiscard]] bool is_customer_report(const std::vector<std::string>& folders);

}  // namespace cellwise::cli
