#include "verbs/customers_entry.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/paths.h"
#include "core/utf8.h"
#include "tasks/customers/run_index.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;

bool is_customers_run(const fs::path& folder) { return is_own_folder(folder) && customers::is_run(folder); }

serve::RunEntry customers_entry(const fs::path& folder, const std::string& name) {
    const auto run = customers::read_run_entry(folder);
    serve::RunEntry entry;
    entry.name = name;
    entry.kind = "customers";
    entry.begun = run.begun;
    entry.state = customers::state_name(run.state);
    entry.problem = printable(run.problem);
    if (is_own_file(folder / "report.html")) entry.report = folder / "report.html";
    if (run.state == customers::RunState::broken) return entry;
    const auto& told = run.description;
    const auto document = customers::description_json(told);
    entry.model = told.kind;
    entry.data = told.table_name();
    entry.settings = {{"target", told.target},
                      {"kind", document.at("kind").get<std::string>()},
                      {"id_column", told.id_column},
                      {"threshold", document.at("threshold").dump()}};
    for (const auto& [key, value] : document.at("split").items()) entry.settings.emplace_back(key, value.dump());
    entry.settings.insert(entry.settings.end(), told.settings.begin(), told.settings.end());
    entry.test_accuracy = told.figures.accuracy;
    entry.test_loss = told.figures.log_loss;
    return entry;
}

}  // namespace cellwise::verbs
