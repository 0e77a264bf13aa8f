// The samplers on test functions of known minimum, for scripts/sampler_peers.sh: one line a study with what
// scripts/sampler_peers.py writes of Optuna's. With --overhead, how long a sampler and the journal take by themselves.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "core/stopwatch.h"
#include "search/study.h"
#include "search/test_functions.h"

namespace {

using namespace cellwise;

/// What a sampler and the journal take for so many trials of an empty objective: seconds on the wall, of the processor,
/// and of the processor for the last tenth alone.
std::string overhead(search::SamplerKind kind, std::int64_t trials) {
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("cellwise_overhead_{}", ::getpid());
    search::StudySettings settings;
    settings.space = search::Space::parse(
        std::vector<std::string>{"learning-rate=log:1e-4..1e-1", "hidden-size=32,64,128", "dropout=0..0.5",
                                 "layers=int:1..3", "optimizer=adam,sgd", "momentum=0..0.99 if optimizer=sgd"});
    settings.sampler.kind = kind;
    const auto objective = [](const search::AskedTrial& trial, search::TrialProgress&) {
        return search::Outcome::complete(-trial.point[2]);
    };
    auto study = search::Study::begin(folder, settings);
    const Stopwatch stopwatch;
    const auto processor = [start = std::clock()] {
        return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    study.run(objective, {trials - trials / 10, {}, {}});
    const double before = processor();
    study.run(objective, {trials, {}, {}});
    const double whole = processor(), wall = stopwatch.seconds();
    std::filesystem::remove_all(folder);
    return fmt::format("{},{},{:.2f},{:.2f},{:.2f}\n", search::sampler_name(kind), trials, wall, whole, whole - before);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"The samplers on test functions of known minimum"};
    std::vector<std::string> samplers{"random", "tpe", "gp"}, chosen;
    std::uint64_t first_seed = 0, seeds = 20;
    std::int64_t trials = 50, round = 1;
    app.add_option("--samplers", samplers, "random, tpe, gp")->delimiter(',');
    app.add_option("--functions", chosen, "Some of the functions; all without it")->delimiter(',');
    app.add_option("--first-seed", first_seed);
    app.add_option("--seeds", seeds);
    app.add_option("--trials", trials);
    app.add_option("--round", round, "Trials that are asked at once");
    bool only_overhead = false;
    app.add_flag("--overhead", only_overhead,
                 "Time the sampler and the journal alone, with half as many trials and all");
    CLI11_PARSE(app, argc, argv);
    if (only_overhead) {
        std::cout << "sampler,trials,seconds,processor_seconds,last_tenth\n";
        for (const auto& name : samplers) {
            for (const auto count : {trials / 2, trials}) std::cout << overhead(search::parse_sampler(name), count);
        }
        return 0;
    }
    std::cout << "function,sampler,seed,value\n";
    for (const auto& name : samplers) {
        for (const auto& function : search::test_functions()) {
            if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), function.name) == chosen.end()) continue;
            for (auto seed = first_seed; seed < first_seed + seeds; ++seed) {
                search::SamplerOptions options;
                options.kind = search::parse_sampler(name);
                options.seed = seed;
                std::cout << fmt::format("{},{},{},{}\n", function.name, name, seed,
                                         search::best_value(function, options, trials, round))
                          << std::flush;
            }
        }
    }
}
