#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/customers_compare_text.h"
#include "cli/commands/customers_fit_flags.h"
#include "cli/commands/customers_models.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/stop_request.h"
#include "distributed/process_group.h"
#include "tasks/customers/comparison.h"

namespace cellwise::cli {
namespace {

struct CompareFlags {
    explicit CompareFlags(CLI::App& command) : fit(command) {}
    CustomersFitFlags fit;
    std::vector<std::string> models;
    std::int64_t folds = 5, repeats = 2;
    bool distributed = false;
    double leak_auc = 0.95;
    std::string language = "en", json;
};

void run(const CompareFlags& flags, const customers::ModelKinds& kinds) {
    const distributed::ProcessGroup processes(flags.distributed);
    const Output out(flags.json);
    if (flags.folds < 0 || flags.folds == 1) throw UsageError("--folds must be 0 (the split alone), or 2 and more");
    if (flags.repeats < 1) throw UsageError("--repeats must be 1 or more");
    const auto table = flags.fit.table();
    const auto target = flags.fit.target(table);
    customers::ComparisonSettings settings;
    settings.fit = flags.fit.settings(table);
    settings.folds = flags.folds;
    settings.repeats = flags.repeats;
    settings.models = flags.models;
    settings.threads = flags.fit.threads(processes);
    settings.processes = processes.communicator();
    settings.leak_auc = flags.leak_auc;
    const StopRequest stop;
    settings.fit.stop = stop.token();
    const auto comparison = customers::compare(table, target, kinds, settings);
    if (!processes.is_first()) return;
    out.print(comparison_text(comparison, flags.language == "ko" ? Language::korean : Language::english));
    out.write_json(with_schema("customers-compare", customers::to_json(comparison)));
}

}  // namespace

void add_customers_compare(CLI::App& customers, const customers::ModelKinds& kinds) {
    auto* command = customers.add_subcommand(
        "compare", "fit every model to a table of customers, and say which differences are more than chance");
    const auto flags = std::make_shared<CompareFlags>(*command);
    command->add_option("--models", flags->models, "which models, as in logistic,xgboost; all without it")
        ->delimiter(',');
    command->add_option("--folds", flags->folds, "folds of the cross-validation beside the split; 0: the split alone")
        ->capture_default_str();
    command->add_option("--repeats", flags->repeats, "how often the folds are drawn anew")->capture_default_str();
    refuse_resume(*command, "compare again");
    command->add_flag("--distributed", flags->distributed,
                      "share folds and models with the processes that mpirun or srun started");
    command->add_option("--leak-auc", flags->leak_auc, "an area under the ROC curve that is too good to be true")
        ->capture_default_str();
    command->add_option("--language", flags->language, "of the text: en or ko")
        ->check(CLI::IsMember({"en", "ko"}))
        ->capture_default_str();
    command->add_option("--json", flags->json, "write the result as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([flags, kinds] { run(*flags, kinds); });
    command->footer(
        "Examples:\n"
        "  cellwise customers compare telco_churn.csv --target Churn --stratify\n"
        "  mpirun -n 4 cellwise customers compare huge.csv --target bought --distributed");
}

}  // namespace cellwise::cli
