#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/customers.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "tasks/customers/understanding.h"

namespace cellwise::cli {
namespace {

struct DescribeFlags {
    CustomerTableFlags table;
    customers::UnderstandingRequest request;
    std::string target_kind, language = "en", html, json;
};

void run_describe(DescribeFlags flags) {
    const auto language = customers::parse_language(flags.language);
    flags.request.table = flags.table.table;
    flags.request.reading = read_options(flags.table);
    flags.request.id_column = flags.table.id_column;
    if (flags.target_kind == "classification") {
        flags.request.target.kind = tables::TargetKind::classification;
    } else if (flags.target_kind == "regression") {
        flags.request.target.kind = tables::TargetKind::regression;
    } else if (!flags.target_kind.empty()) {
        throw UsageError("--target-kind must be classification or regression");
    }
    if (!(flags.request.leak_auc > 0.5 && flags.request.leak_auc <= 1)) {
        throw UsageError("--leak-auc must lie above 0.5 and not above 1");
    }
    const Output output(flags.json);
    require_writable("--html", flags.html);
    const auto understanding = customers::understand(flags.request);
    output.print(customers::understanding_text(understanding, language));
    output.write_json(with_schema("customers-describe", customers::understanding_json(understanding, language)));
    if (!flags.html.empty()) {
        write_file_atomically(flags.html, customers::understanding_page(understanding, language));
        output.print("\nPage: " + flags.html + "\n");
    }
}

}  // namespace

void add_customers_describe(CLI::App& customers) {
    auto flags = std::make_shared<DescribeFlags>();
    auto* command = customers.add_subcommand("describe", "what is in a table, and what is wrong with it");
    add_customer_table_flags(*command, flags->table);
    auto& request = flags->request;
    command->add_option("--target", request.target.name, "the column that is predicted")->type_name("NAME");
    command->add_option("--target-kind", flags->target_kind,
                        "classification or regression; above 20 distinct numbers it is regression");
    command->add_option("--positive-label", request.target.positive_label, "the last label in order without it");
    command->add_option("--goal", request.goal, "the business goal, which the output repeats")->type_name("TEXT");
    command->add_option("--leak-auc", request.leak_auc, "from which AUC a column is suspected of a leak")
        ->capture_default_str();
    command->add_option("--threads", request.threads, "0: all processors")->capture_default_str();
    command->add_option("--language", flags->language, "en or ko")->capture_default_str();
    command->add_option("--html", flags->html, "one page with all of it")->type_name("FILE");
    command->add_option("--json", flags->json, "a JSON document, or - for standard output")->type_name("FILE");
    add_display_flags(*command);
    command->callback([flags] { run_describe(*flags); });
    command->footer(
        "Examples:\n"
        "  cellwise customers describe telco_churn.csv --target Churn\n"
        "  cellwise customers describe Hdma.csv --target deny --missing-value NA --language ko --html hdma.html");
}

}  // namespace cellwise::cli
