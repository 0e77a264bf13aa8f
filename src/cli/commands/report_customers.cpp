#include "cli/commands/report_customers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/flags/settings.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/paths.h"
#include "core/processor.h"
#include "report/text/table.h"
#include "tasks/customers/network_kinds.h"
#include "tasks/customers/run_index.h"
#include "tasks/customers/run_report.h"

namespace cellwise::cli {
namespace fs = std::filesystem;

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
    customers::RunReportRequest request;
    request.threads = usable_processors();
    const auto report = customers::make_run_report(run, customers::read_table_as(path, run), request);
    write_file_atomically(output, customers::run_report_page(run, report));
    report::Table figures({{"measure", report::Table::Align::left}, {"on the test rows"}});
    for (const auto& metric : customers::metrics_of(run.is_classification)) {
        const auto& value = report.figures.*metric.value;
        figures.add_row({std::string(metric.name), value ? fmt::format("{:.4f}", *value) : "–"});
    }
    out.print(
        fmt::format("{} for {}\n{}\nThe report is in {}\n", run.title, run.target, figures.text(), output.string()));
    out.write_json(with_schema("customers-report", customers::run_report_json(run, report)));
}

void write_customer_report(const fs::path& folder, const customers::CustomerRun& run, const tables::Table& table,
                           std::size_t threads) {
    customers::RunReportRequest request;
    request.threads = threads;
    const auto report = customers::make_run_report(run, table, request);
    write_file_atomically(folder / "report.html", customers::run_report_page(run, report));
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
