#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands/data.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/input_files.h"
#include "data/reviews/synthetic.h"
#include "data/reviews/text_table.h"

namespace cellwise::cli {
namespace {

struct SyntheticFlags {
    data::SyntheticOptions options;
    std::int64_t reviews = 3000;
    std::int64_t seed = 0;
    std::string output;
};

void run_synthetic(SyntheticFlags flags) {
    if (flags.seed < 0) throw UsageError("--seed must be 0 or more");
    flags.options.seed = static_cast<std::uint64_t>(flags.seed);
    flags.options.train_reviews = flags.reviews;
    flags.options.test_reviews = 1;
    const std::string csv = data::csv_of(data::synthetic_texts(flags.options).train);
    if (flags.output == "-") {
        Output("").print(csv);
        return;
    }
    write_output_file(flags.output, csv);
    Output("").print(fmt::format("{} synthetic reviews: {}\n", flags.reviews, flags.output));
}

}  // namespace

void add_data_synthetic(CLI::App& data) {
    auto flags = std::make_shared<SyntheticFlags>();
    auto* command = data.add_subcommand("synthetic", "write made-up reviews as a CSV table, to train on with --data");
    command->add_option("--output", flags->output, "the table, or - for standard output")
        ->required()
        ->type_name("FILE.csv");
    const auto add = [&](const char* name, auto& value, const char* help) {
        command->add_option(name, value, help)->capture_default_str();
    };
    add("--reviews", flags->reviews, "how many reviews");
    add("--min-length", flags->options.min_length, "words in the shortest review");
    add("--max-length", flags->options.max_length, "words in the longest review");
    add("--cue-words", flags->options.cue_words, "words in each review that tell its label");
    add("--min-cue-distance", flags->options.min_cue_distance, "words after a cue word, at least");
    add("--max-cue-distance", flags->options.max_cue_distance, "words after a cue word, at most");
    add("--label-noise", flags->options.label_noise, "the share of labels that are flipped, 0 to 1");
    add("--seed", flags->seed, "another seed, other reviews");
    add_display_flags(*command);
    command->callback([flags] { run_synthetic(*flags); });
    command->footer(
        "Example: how far back does a cell remember?\n"
        "  cellwise data synthetic --output far.csv --cue-words 1 --min-length 60 --min-cue-distance 50 "
        "--max-cue-distance 50\n"
        "  cellwise compare --data far.csv");
}

}  // namespace cellwise::cli
