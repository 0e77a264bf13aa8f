#include "verbs/review_trials.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/edit_distance.h"
#include "core/error.h"
#include "core/log.h"
#include "core/parallel_for.h"
#include "core/processor.h"
#include "core/stopped_together.h"
#include "distributed/process_group.h"
#include "learning/device.h"
#include "learning/divergence.h"
#include "runs/single_run.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

/// They say what a trial is measured on or where it is computed, not what the model is.
constexpr std::array fixed_in_trials{
    "baseline",    "checkpoint_every", "data",          "delimiter",      "device",          "drop_duplicates",
    "empty_texts", "encoding",         "jobs",          "label_column",   "limit",           "negative_label",
    "no_header",   "offline",          "positive_from", "positive_label", "quoting",         "seed",
    "seeds",       "test_data",        "text_column",   "threads",        "validation_split"};

constexpr std::size_t most_titles = 4096;
constexpr std::size_t most_prepared = 3;

/// What ends a trial that is not worth going on with.
struct NotWorthIt {};

std::string key_of_flag(std::string name) {
    std::replace(name.begin(), name.end(), '-', '_');
    return name == "cell" ? "cells" : name;
}

bool is_fixed(const std::string& key) {
    return std::find(fixed_in_trials.begin(), fixed_in_trials.end(), key) != fixed_in_trials.end();
}

void require_setting(const std::string& name) {
    const auto key = key_of_flag(name);
    std::vector<std::string> names;
    bool is_known = false;
    const sentiment::Configuration defaults;
    for (const auto& [known, text] : sentiment::values_of(defaults)) {
        is_known = is_known || known == key;
        if (!is_fixed(known)) names.push_back(searched_name(known));
    }
    if (is_known && !is_fixed(key)) return;
    if (is_known) {
        throw UsageError(
            fmt::format("--search {}: it says what the trials are measured on or where, not what the model "
                        "is: give it as a flag, it is the same for all",
                        name));
    }
    const auto near = nearest_word(name, names);
    throw UsageError(fmt::format("--search {}: there is no setting of this name{}", name,
                                 near ? fmt::format("; did you mean '{}'?", *near)
                                      : ": those of train can be searched (cellwise train --help)"));
}

void set_value(sentiment::Configuration& configuration, const std::string& name, const std::string& text) {
    const auto where = "--search " + name;
    if (name == "preset") {
        configuration.apply_preset(text);
    } else {
        sentiment::set_from_text(configuration, key_of_flag(name), text, where);
    }
    if (configuration.cells.size() != 1) throw UsageError(fmt::format("{}: '{}' is not one cell", where, text));
}

/// Values that stand for a parameter's others: all of a choice, the ends and a middle of a range.
std::vector<std::string> samples_of(const search::Parameter& parameter) {
    if (parameter.kind == search::Parameter::Kind::choice) return parameter.choices;
    constexpr double inside = 0.37;
    return {parameter.text(parameter.low), parameter.text(parameter.high), parameter.text(parameter.from_unit(inside))};
}

std::vector<std::string> trial_titles(std::optional<std::int64_t> trials) {
    std::vector<std::string> titles;
    const auto count = std::min(static_cast<std::size_t>(trials.value_or(most_titles)), most_titles);
    for (std::size_t i = 0; i < count; ++i) titles.push_back(fmt::format("trial {}", i));
    return titles;
}

double objective_of(ReviewMetric metric, double loss, double accuracy) {
    return metric == ReviewMetric::accuracy ? accuracy : -loss;
}

}  // namespace

std::string searched_name(const std::string& key) { return key == "cells" ? "cell" : settings::flag_of(key).substr(2); }

ReviewMetric review_metric(const std::string& name) {
    if (name.empty() || name == "accuracy") return ReviewMetric::accuracy;
    if (name == "loss") return ReviewMetric::neg_loss;
    throw UsageError(fmt::format("--metric {}: choose accuracy or loss", name));
}

std::string title_of(ReviewMetric metric) { return metric == ReviewMetric::accuracy ? "accuracy" : "neg_loss"; }

std::vector<std::string> builtin_review_space(Cell cell) {
    std::vector<std::string> space{"learning-rate=log:0.0003..0.01", "batch-size=32,64,128", "hidden-size=32,64,128",
                                   "embedding-size=32,64,128", "dropout=0..0.5"};
    if (cell == Cell::simple_rnn) space.emplace_back("clip-norm=log:0.1..10");
    return space;
}

sentiment::Configuration with_values(const sentiment::Configuration& configuration, const search::Values& values) {
    auto result = configuration;
    auto& training = result.training;
    const bool sets = std::any_of(values.begin(), values.end(),
                                  [](const auto& value) { return key_of_flag(value.first) == "learning_rate"; });
    if (!sets && sentiment::has_default_rate(training)) training.learning_rate = 0;
    for (const auto& [name, text] : values) {
        if (name == "preset") set_value(result, name, text);
    }
    for (const auto& [name, text] : values) {
        if (name != "preset") set_value(result, name, text);
    }
    sentiment::settle(result);
    return result;
}

void require_searchable(const search::Space& space, const sentiment::Configuration& configuration) {
    for (const auto& parameter : space.parameters()) {
        require_setting(parameter.name);
        for (const auto& text : samples_of(parameter)) {
            auto copy = configuration;
            try {
                set_value(copy, parameter.name, text);
            } catch (const UsageError& error) {
                const bool is_range = parameter.kind == search::Parameter::Kind::real;
                throw UsageError(fmt::format("{}{}", error.what(),
                                             is_range ? "; write int: in front of a range of whole numbers" : ""));
            }
        }
    }
}

ReviewTrials::ReviewTrials(sentiment::Configuration configuration, std::shared_ptr<const sentiment::PreparedData> data,
                           fs::path study, ReviewMetric metric, std::size_t jobs, std::optional<std::int64_t> trials,
                           const distributed::ProcessGroup& processes, runs::RunObserver& observer, StopToken stop)
    : configuration_(std::move(configuration)),
      study_(std::move(study)),
      metric_(metric),
      jobs_(jobs),
      processes_(processes),
      threads_(processes.threads(configuration_.threads)),
      titles_(trial_titles(trials).size()),
      observer_(observer),
      stop_(std::move(stop)) {
    threads_ = threads_or_all(threads_);
    observer_.planned(trial_titles(trials), "validation");
    prepared_.emplace_back(key_of(configuration_), std::move(data));
    const auto device = learning::resolve_device(configuration_.device, processes.local_rank());
    if (device.is_cpu()) return;
    learning::set_gpu_arithmetic(configuration_.deterministic, configuration_.tf32);
    if (processes.size() > 1) configuration_.device = device.str();
}

fs::path ReviewTrials::folder_of(std::int64_t trial) const { return study_ / fmt::format("trial-{:04}", trial); }

ReviewTrials::DataKey ReviewTrials::key_of(const sentiment::Configuration& configuration) {
    return {configuration.model.vocabulary_size, configuration.length};
}

std::shared_ptr<const sentiment::PreparedData> ReviewTrials::data_of(const sentiment::Configuration& configuration) {
    const auto key = key_of(configuration);
    const std::lock_guard guard(mutex_);
    for (const auto& [known, data] : prepared_) {
        if (known == key) return data;
    }
    auto data = std::make_shared<const sentiment::PreparedData>(sentiment::prepare_data(configuration));
    if (prepared_.size() == most_prepared) prepared_.erase(prepared_.begin());
    prepared_.emplace_back(key, data);
    return data;
}

search::Outcome ReviewTrials::tried(const search::AskedTrial& trial, search::TrialProgress& progress) {
    const runs::ThreadShares::Loan share(shares_.value());
    const auto configuration = with_values(configuration_, trial.values);
    const auto data = data_of(configuration);
    runs::PlannedRun planned{configuration.cells.front(), configuration.seed, folder_of(trial.number), true, false, {}};
    std::int64_t told = 0;
    planned.watch = [&](const records::EpochFigures& epoch) {
        if (epoch.epoch <= told) return;
        told = epoch.epoch;
        const bool goes_on =
            progress.report(epoch.epoch, objective_of(metric_, epoch.validation.loss, epoch.validation.accuracy));
        if (!goes_on && epoch.epoch < configuration.training.epochs) throw NotWorthIt();
    };
    try {
        const auto bar = std::min(static_cast<std::size_t>(trial.number), titles_ - 1);
        const auto record = runs::train_single_run(configuration, planned, *data, share, observer_, stop_, bar,
                                                   distributed::ProcessGroup(false));
        double objective = 0;
        for (const auto& epoch : record.epochs) {
            const auto value = objective_of(metric_, epoch.validation.loss, epoch.validation.accuracy);
            // A trial that ended just before the program was killed is read from its folder.
            if (epoch.epoch > told) (void)progress.report(epoch.epoch, value);
            if (epoch.epoch == record.best_epoch) objective = value;
        }
        auto outcome = search::Outcome::complete(objective);
        outcome.message = planned.folder.filename().string();
        return outcome;
    } catch (const NotWorthIt&) {
        return search::Outcome::pruned();
    } catch (const learning::Diverged& error) {
        return search::Outcome::diverged(error.what());
    }
}

void ReviewTrials::side_by_side(std::size_t count, const std::function<void(std::size_t)>& run) {
    if (count == 0) return;
    const auto jobs = std::min(count, jobs_);
    shares_.emplace(threads_, jobs, count);
    parallel_for(count, static_cast<int>(jobs), run);
}

std::optional<std::vector<std::vector<double>>> ReviewTrials::on_test(const search::AskedTrial& best,
                                                                      std::span<const std::uint64_t> seeds,
                                                                      runs::RunObserver& observer) {
    const std::array configurations{configuration_, with_values(configuration_, best.values)};
    const std::array names{std::string("default"), folder_of(best.number).filename().string()};
    std::vector<std::string> titles;
    for (const auto seed : seeds) {
        for (const auto& name : names) titles.push_back(fmt::format("{} seed {}", name, seed));
    }
    observer.planned(titles, "validation");
    std::vector<std::size_t> own;
    for (std::size_t job = 0; job < titles.size(); ++job) {
        if (job % static_cast<std::size_t>(processes_.size()) == static_cast<std::size_t>(processes_.rank())) {
            own.push_back(job);
        }
    }
    std::vector<double> objectives(titles.size()), diverged(titles.size());
    std::optional<Interrupted> stopped;
    const auto run = [&](std::size_t job) {
        const runs::ThreadShares::Loan share(shares_.value());
        const auto which = job % 2;
        auto configuration = configurations.at(which);
        configuration.seed = seeds[job / 2];
        const auto data = data_of(configuration);
        const runs::PlannedRun planned{configuration.cells.front(),
                                       configuration.seed,
                                       study_ / fmt::format("confirm-{}-seed-{}", names.at(which), configuration.seed),
                                       true,
                                       true,
                                       {}};
        try {
            const auto record = runs::train_single_run(configuration, planned, *data, share, observer, stop_, job,
                                                       distributed::ProcessGroup(false));
            objectives[job] = objective_of(metric_, record.test_loss, record.test_accuracy);
        } catch (const learning::Diverged&) {
            diverged[job] = 1;
        }
    };
    try {
        side_by_side(own.size(), [&](std::size_t i) { run(own[i]); });
    } catch (const Interrupted& interrupted) {
        stopped = interrupted;
    }
    leave_if_stopped(processes_.communicator(), stopped);
    if (auto* others = processes_.communicator()) {  // what this one did not run is 0 here
        others->sum(std::span(objectives));
        others->sum(std::span(diverged));
    }
    std::vector<std::vector<double>> result(2);
    for (std::size_t job = 0; job < titles.size(); ++job) {
        if (diverged[job] > 0) {
            log::warning(fmt::format("{} diverges: default and best are not compared", titles[job]));
            return std::nullopt;
        }
        result[job % 2].push_back(objectives[job]);
    }
    return result;
}

}  // namespace cellwise::verbs
