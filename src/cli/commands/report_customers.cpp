#include "cli/commands/report_customers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands/runs_customers.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/paths.h"
#include "core/processor.h"
#include "tasks/customers/network_kinds.h"
#include "tasks/customers/run_index.h"
#include "tasks/customers/run_report.h"

namespace cellwise::cli {
namespace fs = std::filesystem;
namespace {

customers::RunReport write_report(const fs::path& output, const customers::CustomerRun& run, const tables::Table& table,
                                  std::size_t threads) {
    customers::RunReportRequest request;
    request.threads = threads;
    auto report = customers::make_run_report(run, table, request);
    write_file_atomically(output, customers::run_report_page(run, report));
    return report;
}

}  // namespace

void report_customer_run(const std::string& folder, const fs::path& output, const std::string& table,
                         const Output& out) {
    const auto run = customers::load_run(folder, customers::all_model_kinds());
    const auto path = table.empty() ? run.table : table;
    if (!is_plain_file(path)) {
        throw DataError(fmt::format("the run's table '{}' is not there: name it with --data", path));
    }
    if (sha256_file(path) != run.table_sha256) {
        throw DataError(
            fmt::format("'{}' is not the table that '{}' was trained on, or has changed since: its test rows would be "
                        "others\nname that table with --data, or train again",
                        path, folder));
    }
    const auto report = write_report(output, run, customers::read_table_as(path, run), usable_processors());
    const auto figures = customer_figures_table(run.is_classification, report.figures);
    out.print(
        fmt::format("{} for {}\n{}\nThe report is in {}\n", run.title, run.target, figures.text(), output.string()));
    out.write_json(with_schema("customers-report", customers::run_report_json(run, report)));
}

void write_customer_report(const fs::path& folder, const customers::CustomerRun& run, const tables::Table& table,
                           std::size_t threads) {
    (void)write_report(folder / "report.html", run, table, threads);
}

bool is_customer_report(const std::vector<std::string>& folders) {
    const auto found = std::ranges::find_if(folders, [](const auto& folder) { return customers::is_run(folder); });
    if (found == folders.end()) return false;
    if (folders.size() > 1) {
        throw UsageError(fmt::format(
            "'{}' is a model of customers: a report shows one alone; runs compare sets several side by side", *found));
    }
    return true;
}

}  // namespace cellwise::cli
