#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "benchmark/against.h"
#include "benchmark/build_turns.h"
#include "benchmark/speed_chart.h"
#include "benchmark/table_turns.h"
#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/edit_distance.h"
#include "core/error.h"
#include "settings/setting_text.h"
#include "tasks/sentiment/model_text.h"
#include "verbs/claims/claim_table.h"

namespace cellwise::cli {
namespace {

struct BenchFlags {
    benchmark::SpeedOptions speed;
    std::string cells = "simple_rnn,lstm,gru";
    std::string batch_sizes = "64";
    std::string lengths = "200";
    std::string hidden_sizes = "64";
    std::string embedding_sizes = "128";
    std::string input = "words";
    std::string precision = "float32";
    bool without_torch = false;
    std::string against;
    std::string backend = "tensorflow";
    bool job = false;
    std::int64_t epochs = 3;
    std::int64_t turns = 7;
    bool offline = false;
    std::string data;
    std::string json, svg;
    benchmark::TableTurnsOptions tables;
    bool are_rounds_given = false;
};

std::vector<std::int64_t> sizes(const std::string& text, const char* flag) {
    std::vector<std::int64_t> values;
    for (const auto& part : settings::split(text)) {
        values.push_back(settings::integer(part, flag));
    }
    return values;
}

void run_against(const BenchFlags& flags, const benchmark::SpeedOptions& speed, const Output& out) {
    const benchmark::AgainstOptions options{speed, benchmark::parse_peer(flags.against, flags.backend), flags.offline};
    if (!flags.job) {
        const auto record = benchmark::measure_against(options);
        out.print(benchmark::peer_text(record));
        out.write_json(with_schema("bench-peer", benchmark::peer_json(record)));
        return;
    }
    const auto record = benchmark::measure_job(options, flags.epochs, [&] {
        std::vector<std::string> arguments{"compare",
                                           "--preset=tutorial",
                                           "--quiet",
                                           "--offline",
                                           "--cells=" + flags.cells,
                                           "--epochs=" + std::to_string(flags.epochs),
                                           "--threads=" + std::to_string(speed.threads)};
        if (speed.data.path) arguments.push_back("--data=" + *speed.data.path);
        return benchmark::time_this_program(arguments);
    });
    out.print(benchmark::job_text(record));
    out.write_json(with_schema("bench-job", benchmark::job_json(record)));
}

void run_against_tables(const BenchFlags& flags) {
    auto options = flags.tables;
    options.against = flags.against;
    options.threads = flags.speed.threads;
    options.offline = flags.offline;
    if (flags.are_rounds_given) options.rounds = flags.speed.rounds;
    if (options.threads < 0) throw UsageError("--threads must be 0 (all) or more");
    if (options.rows < 0) throw UsageError("--rows must be 1 or more");
    if (options.table.empty() != options.target.empty()) throw UsageError("--table and --target go together");
    if (options.rows > 0 && !options.table.empty()) throw UsageError("--rows makes up customers: leave --table out");
    if (!options.table.empty()) {
        options.is_classification =
            verbs::own_table(options.table, options.target, options.missing_values).is_classification;
    }
    const Output out(flags.json);
    const auto record = benchmark::measure_table_turns(options);
    out.print(benchmark::table_turns_text(record));
    out.write_json(with_schema("bench-tables", benchmark::table_turns_json(record)));
}

/// Whether --against names a program, not a framework.
bool is_program(const std::string& against) { return against.find('/') != std::string::npos; }

void run_against_build(const BenchFlags& flags, const Output& out) {
    if (flags.job || !flags.svg.empty()) throw UsageError("--job and --svg do not go with another build in --against");
    benchmark::BuildTurnsOptions options{flags.against, {}, flags.turns};
    const auto add = [&](const char* name, const std::string& value) {
        options.arguments.insert(options.arguments.end(), {name, value});
    };
    add("--cells", flags.cells);
    add("--batch-size", flags.batch_sizes);
    add("--length", flags.lengths);
    add("--hidden-size", flags.hidden_sizes);
    add("--embedding-size", flags.embedding_sizes);
    add("--threads", std::to_string(flags.speed.threads));
    add("--rounds", std::to_string(flags.speed.rounds));
    // Only where they are given: an older build does not know them.
    if (flags.speed.layers != 1) add("--layers", std::to_string(flags.speed.layers));
    if (flags.speed.bidirectional) options.arguments.emplace_back("--bidirectional");
    if (flags.input != "words") add("--input", flags.input);
    if (!flags.data.empty()) add("--data", flags.data);
    const auto record = benchmark::measure_build_turns(options);
    out.print(benchmark::build_turns_text(record));
    out.write_json(with_schema("bench-builds", benchmark::build_turns_json(record)));
}

void run_bench(const BenchFlags& flags) {
    if (benchmark::is_table_peer(flags.against)) return run_against_tables(flags);
    if (!flags.tables.table.empty() || !flags.tables.target.empty() || flags.tables.rows != 0) {
        throw UsageError("--table, --target and --rows go with --against pandas or sklearn");
    }
    auto options = flags.speed;
    sentiment::parse(flags.cells, "--cells", options.cells);
    options.batch_sizes = sizes(flags.batch_sizes, "--batch-size");
    options.lengths = sizes(flags.lengths, "--length");
    options.hidden_sizes = sizes(flags.hidden_sizes, "--hidden-size");
    options.embedding_sizes = sizes(flags.embedding_sizes, "--embedding-size");
    if (flags.input != "words" && flags.input != "vectors") {
        throw UsageError(fmt::format("--input '{}' is unknown: choose words or vectors{}", flags.input,
                                     did_you_mean(flags.input, std::vector<std::string>{"words", "vectors"})));
    }
    options.reads_vectors = flags.input == "vectors";
    options.with_torch = !flags.without_torch;
    options.precision = learning::parse_precision(flags.precision);
    if (options.precision == learning::Precision::float64) {
        throw UsageError("--precision float64 is the torch engine's: the fused one has float32 and bfloat16");
    }
    if (options.precision == learning::Precision::bfloat16 && !flags.against.empty()) {
        throw UsageError("--precision bfloat16 and --against do not go together");
    }
    if (!flags.data.empty()) options.data.path = flags.data;
    options.validate();
    if (flags.epochs < 1 || flags.epochs > 1000) throw UsageError("--epochs must be 1 to 1000");
    if (!options.is_plain() && !flags.against.empty() && !is_program(flags.against)) {
        throw UsageError("--layers, --bidirectional and --input do not go with a framework in --against");
    }
    const auto several = [](const auto& values) { return values.size() > 1 ? 1 : 0; };
    if (!flags.svg.empty() &&
        (!flags.against.empty() ||
         several(options.batch_sizes) + several(options.lengths) + several(options.hidden_sizes) != 1 ||
         several(options.embedding_sizes) == 1)) {
        throw UsageError(
            "--svg draws how the time grows: give several values of one of --batch-size, --length and "
            "--hidden-size, and no --against");
    }
    const Output out(flags.json);
    require_writable("--svg", flags.svg);
    if (is_program(flags.against)) return run_against_build(flags, out);
    if (!flags.against.empty()) return run_against(flags, options, out);
    if (flags.job) throw UsageError("--job goes with --against: it times the peer's whole training beside compare");
    const auto record = benchmark::measure_speed(options);
    out.print(benchmark::speed_text(record));
    out.write_json(with_schema("bench", benchmark::speed_json(record)));
    if (!flags.svg.empty()) write_named(flags.svg, benchmark::speed_chart_svg(record));
}

}  // namespace

void add_bench(CLI::App& app) {
    auto flags = std::make_shared<BenchFlags>();
    auto* command = add_command(app, "bench");
    const auto list = [&](const char* name, std::string& value, const char* help) {
        command->add_option(name, value, help)->type_name("LIST")->capture_default_str()->take_last();
    };
    const auto count = [&](const char* name, std::int64_t& value, const char* help) {
        command->add_option(name, value, help)->type_name("COUNT")->capture_default_str()->take_last();
    };
    list("--cells", flags->cells, "cells to measure");
    list("--batch-size", flags->batch_sizes, "reviews in a batch; several sizes show how the cost grows");
    list("--length", flags->lengths, "words of a review");
    list("--hidden-size", flags->hidden_sizes, "units of the recurrent layer");
    list("--embedding-size", flags->embedding_sizes, "numbers in a word's vector");
    count("--layers", flags->speed.layers, "recurrent layers");
    command->add_flag("--bidirectional", flags->speed.bidirectional, "read in both directions");
    command->add_option("--input", flags->input, "words, or vectors: the layers alone, without embedding and optimizer")
        ->type_name("KIND")
        ->capture_default_str();
    command->add_option("--precision", flags->precision, "of the fused engine: float32 or bfloat16 (its products)")
        ->capture_default_str();
    count("--threads", flags->speed.threads, "processor threads, 0 = all");
    count("--rounds", flags->speed.rounds, "turns that torch and fused take; times are medians over all of them");
    command->add_flag("--phases", flags->speed.phases, "also show where a fused training step's time goes");
    command->add_flag("--without-torch", flags->without_torch, "measure the fused engine alone");
    command
        ->add_option(
            "--against", flags->against,
            "measure against a real framework instead: keras or pytorch; tables: pandas or sklearn; or in turns "
            "with another build of this program, by its path")
        ->type_name("NAME|PATH");
    command->add_option("--backend", flags->backend, "Keras's backend: tensorflow or jax")->capture_default_str();
    command->add_flag("--job", flags->job, "with --against: time the whole tutorial, cell after cell, against compare");
    count("--epochs", flags->epochs, "epochs of --job");
    count("--turns", flags->turns, "turns of each build, with a path in --against");
    command->add_option("--table", flags->tables.table, "with --against pandas or sklearn: the customers")
        ->type_name("FILE");
    command->add_option("--target", flags->tables.target, "what is predicted in --table")->type_name("NAME");
    command->add_option("--missing-value", flags->tables.missing_values,
                        "a text that means a missing value in --table (repeatable)");
    command->add_option("--rows", flags->tables.rows, "number of made-up customers, instead of --table")
        ->type_name("COUNT");
    command->add_flag("--offline", flags->offline, "never install the framework");
    command->add_option("--data", flags->data, "the reviews; default: see docs/data.md; nothing is downloaded")
        ->type_name("PATH");
    command->add_option("--json", flags->json, "write the results as JSON to a file, or - for standard output")
        ->type_name("FILE");
    command->add_option("--svg", flags->svg, "draw the fused step's time over the size with several values")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([flags, command] {
        flags->are_rounds_given = command->count("--rounds") > 0;
        run_bench(*flags);
    });
    command->footer(
        "Examples:\n"
        "  cellwise bench                                     the tutorial's sizes, about half a minute\n"
        "  cellwise bench --cells gru --phases                where a GRU's training step spends its time\n"
        "  cellwise bench --against keras                     real Keras on TensorFlow, installed into the cache once\n"
        "  cellwise bench --against old/bin/cellwise          two builds in turns, with the ratio's interval\n"
        "  cellwise bench --against pandas --rows 1000000     describe and clean on a million customers\n"
        "  cellwise bench --against sklearn                   customers compare on Telco\n"
        "  cellwise bench --batch-size 16,32,64,128 --without-torch --svg batch.svg");
}

}  // namespace cellwise::cli
