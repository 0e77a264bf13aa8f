#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/paths.h"
#include "parity/reproduction.h"

namespace cellwise::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t most_document_bytes = 64 << 20;

struct ReproductionOptions {
    std::vector<std::string> comparisons;
    std::string reference;
    double margin = 0.02;
    std::string markdown;
    std::string json;
};

records::ComparisonRecord read_comparison(const std::string& path) {
    const auto file = is_folder(path) ? fs::path(path) / "comparison.json" : fs::path(path);
    auto comparison = records::read_comparison(read_file(file, most_document_bytes), file.string());
    parity::require_tutorial(comparison, file.string());
    return comparison;
}

void run_reproduction(const ReproductionOptions& options) {
    if (!(options.margin > 0 && options.margin < 1)) {
        throw UsageError("--margin is a difference of accuracies: give a number between 0 and 1");
    }
    const Output out(options.json);
    require_writable("--markdown", options.markdown);
    std::vector<records::ComparisonRecord> comparisons;
    for (const auto& path : options.comparisons) comparisons.push_back(read_comparison(path));
    const auto reference =
        parity::read_reference_runs(read_file(options.reference, most_document_bytes), options.reference);
    const auto agreements = parity::compare_with_reference(comparisons, reference, options.margin);
    if (agreements.empty()) {
        throw DataError(fmt::format("'{}' and the comparisons have no cell and clipping in common with two runs each",
                                    options.reference));
    }
    out.print(parity::reproduction_tables(agreements, parity::TableStyle::text));
    if (!options.markdown.empty()) {
        write_named(options.markdown, parity::reproduction_tables(agreements, parity::TableStyle::markdown));
    }
    out.write_json(with_schema("reproduction", parity::reproduction_json(agreements)));
}

}  // namespace

void add_reproduction(CLI::App& app) {
    auto options = std::make_shared<ReproductionOptions>();
    auto* command = add_command(app, "reproduction");
    command->add_option("comparison", options->comparisons, "folders of compare, or their comparison.json")
        ->required()
        ->type_name("RUN");
    command->add_option("--reference", options->reference, "recorded Keras runs, a JSON object a line")
        ->required()
        ->type_name("FILE");
    command->add_option("--margin", options->margin, "difference of accuracies within which results count as the same")
        ->capture_default_str()
        ->type_name("X");
    command->add_option("--markdown", options->markdown, "write the tables as Markdown")->type_name("FILE");
    command->add_option("--json", options->json, "write all figures as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_reproduction(*options); });
    command->footer(
        "Example:\n"
        "  cellwise compare --seeds 10 --output runs/tutorial\n"
        "  cellwise reproduction runs/tutorial --reference keras_runs.jsonl");
}

}  // namespace cellwise::cli
