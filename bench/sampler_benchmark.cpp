// The samplers on test functions of known minimum, for scripts/sampler_peers.sh: one line a study with what
// scripts/sampler_peers.py writes of Optuna's. With --overhead, how long a sampler and the journal take by themselves.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <numbers>

#include "core/random.h"
#include "core/stopwatch.h"
#include "search/study.h"

namespace {

using namespace cellwise;

double branin(const std::vector<double>& x) {
    constexpr double pi = std::numbers::pi, b = 5.1 / (4 * pi * pi), c = 5 / pi, t = 1 / (8 * pi);
    return std::pow(x[1] - b * x[0] * x[0] + c * x[0] - 6, 2) + 10 * (1 - t) * std::cos(x[0]) + 10;
}

double hartmann6(const std::vector<double>& x) {
    constexpr double alpha[4] = {1.0, 1.2, 3.0, 3.2};
    constexpr double a[4][6] = {
        {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
    constexpr double p[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                                {2329, 4135, 8307, 3736, 1004, 9991},
                                {2348, 1451, 3522, 2883, 3047, 6650},
                                {4047, 8828, 8732, 5743, 1091, 381}};
    double sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        double exponent = 0;
        for (std::size_t j = 0; j < 6; ++j) exponent += a[i][j] * std::pow(x[j] - 1e-4 * p[i][j], 2);
        sum -= alpha[i] * std::exp(-exponent);
    }
    return sum;
}

double rosenbrock(const std::vector<double>& x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        sum += 100 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1 - x[i], 2);
    }
    return sum;
}

struct Function {
    std::string_view name;
    double (*value)(const std::vector<double>&);
    std::vector<std::string> space;
    double noise = 0;  ///< standard deviation
};

std::vector<std::string> cube(int dimensions, std::string_view range) {
    std::vector<std::string> texts;
    for (int i = 0; i < dimensions; ++i) texts.push_back(fmt::format("x{}={}", i, range));
    return texts;
}

const std::vector<Function>& functions() {
    static const std::vector<Function> all{
        {"branin", branin, {"x0=-5..10", "x1=0..15"}, 0},
        {"hartmann6", hartmann6, cube(6, "0..1"), 0},
        {"rosenbrock2", rosenbrock, cube(2, "-5..10"), 0},
        {"rosenbrock4", rosenbrock, cube(4, "-2.048..2.048"), 0},
        {"branin-noisy", branin, {"x0=-5..10", "x1=0..15"}, 2},
        {"hartmann6-noisy", hartmann6, cube(6, "0..1"), 0.2},
    };
    return all;
}

/// The function without noise at the trial that looked best.
double best_value(const Function& function, const search::SamplerOptions& options, std::int64_t trials,
                  std::int64_t round) {
    const auto space = search::Space::parse(function.space);
    const auto sampler = search::make_sampler(space, options);
    Random noise(options.seed, "noise");
    std::vector<search::Trial> done;
    while (static_cast<std::int64_t>(done.size()) < trials) {
        const auto left = trials - static_cast<std::int64_t>(done.size());
        for (auto& point : sampler->ask(static_cast<std::size_t>(std::min(round, left)))) {
            const double value = -(function.value(point) + function.noise * noise.normal());
            done.push_back({static_cast<std::int64_t>(done.size()), std::move(point), {}, value, {}, 0, ""});
        }
        for (auto told = done.size() - static_cast<std::size_t>(std::min(round, left)); told < done.size(); ++told) {
            sampler->tell(done[told]);
        }
    }
    return function.value(done[*search::best_trial(done)].point);
}

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
        for (const auto& function : functions()) {
            if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), function.name) == chosen.end()) continue;
            for (auto seed = first_seed; seed < first_seed + seeds; ++seed) {
                search::SamplerOptions options;
                options.kind = search::parse_sampler(name);
                options.seed = seed;
                std::cout << fmt::format("{},{},{},{}\n", function.name, name, seed,
                                         best_value(function, options, trials, round))
                          << std::flush;
            }
        }
    }
}
