#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands/customers.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "data/tables/synthetic_customers.h"
#include "report/text/summary_text.h"

namespace cellwise::cli {
namespace {

struct SyntheticTableFlags {
    tables::SyntheticCustomers options;
    std::int64_t seed = 0;
    std::string output;
};

void run_synthetic_table(SyntheticTableFlags flags) {
    if (flags.seed < 0) throw UsageError("--seed must be 0 or more");
    flags.options.seed = static_cast<std::uint64_t>(flags.seed);
    if (flags.output == "-") {
        const Output standard("");
        tables::write_synthetic_customers(flags.options, [&](std::string_view piece) { standard.print(piece); });
        return;
    }
    AtomicFile file(flags.output);
    const auto truth =
        tables::write_synthetic_customers(flags.options, [&](std::string_view piece) { file.write(piece); });
    file.commit();
    Output("").print(
        fmt::format("{} SYNTHETIC customers: {}\n{:.1f}% of the targets are 1. Bayes AUC: {:.4f}, of the probabilities "
                    "that\nthe targets were drawn from; without the leak no model can be expected to do better.\n",
                    report::grouped(flags.options.rows), flags.output, 100 * truth.positive_share, truth.bayes_auc));
}

}  // namespace

void add_customers_synthetic(CLI::App& customers) {
    auto flags = std::make_shared<SyntheticTableFlags>();
    auto* command = customers.add_subcommand("synthetic", "write a made-up table of customers with known faults");
    command->add_option("--rows", flags->options.rows, "how many customers")->capture_default_str();
    command->add_option("--output", flags->output, "the table, or - for standard output")
        ->required()
        ->type_name("FILE.csv");
    command->add_option("--seed", flags->seed, "another seed, other customers")->capture_default_str();
    command->add_option("--threads", flags->options.threads, "0: all processors")->capture_default_str();
    add_display_flags(*command);
    command->callback([flags] { run_synthetic_table(*flags); });
}

}  // namespace cellwise::cli
