#include "cli/training_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "cli/progress.h"
#include "cli/single_run.h"
#include "core/error.h"
#include "core/log.h"
#include "core/parallel_for.h"
#include "core/stop_request.h"
#include "data/load_data.h"
#include "data/validation_split.h"
#include "training/device.h"
#include "training/divergence.h"
#include "training/fresh_folder.h"
#include "training/memory_need.h"
#include "training/run_folder.h"
#include "training/setting_text.h"

namespace cellwise::cli {
namespace {

// The engine that computes, and why it is not the fused one although it was not ruled out.
struct EngineInForce {
    bool fused = false;
    std::string text;
};

EngineInForce engine_in_force(const training::Configuration& configuration) {
    if (configuration.model.engine == models::Engine::torch) return {false, "torch"};
    if (configuration.training.precision == training::Precision::float64) {
        return {false, "torch (the fused kernels compute in float32 only)"};
    }
    if (!training::resolve_device(configuration.device).is_cpu()) {
        return {false, "torch (the fused kernels run on the CPU only)"};
    }
    return {true, "fused"};
}

// Side by side, runs keep every core busy all the time, which threads within one run do not; but
// torch::nn's runs, and a GPU's, are quicker one after another.
std::size_t job_count(const training::Configuration& configuration, std::size_t runs, std::int64_t threads) {
    if (configuration.jobs > 0) return static_cast<std::size_t>(configuration.jobs);
    return engine_in_force(configuration).fused ? std::min(runs, static_cast<std::size_t>(threads)) : 1;
}

// The longest first, so that the last ones to end are short.
std::vector<std::size_t> by_cost(const std::vector<PlannedRun>& plan) {
    std::vector<std::size_t> order(plan.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) {
        return gate_count(plan[one].cell) > gate_count(plan[other].cell);
    });
    return order;
}

report::DivergedRun diverged_run(const PlannedRun& planned, std::string reason) {
    return {planned.cell, planned.seed, std::move(reason)};
}

// Trains the runs `chosen` of the plan, in this order, side by side where that is quicker.
TrainedRuns train_own_runs(const training::Configuration& configuration, const std::vector<PlannedRun>& plan,
                           const std::vector<std::size_t>& chosen, const PreparedData& data, ProgressDisplay& display,
                           std::int64_t threads, const ProcessGroup& processes) {
    std::vector<std::variant<std::monostate, report::RunRecord, report::DivergedRun>> outcomes(plan.size());
    const auto jobs = processes.size() > 1 ? 1 : job_count(configuration, chosen.size(), threads);
    const auto threads_each = std::max<std::int64_t>(1, threads / static_cast<std::int64_t>(jobs));
    const bool one_by_one = jobs == 1 && chosen.size() == plan.size();
    parallel_for(chosen.size(), static_cast<int>(jobs), [&](std::size_t i) {
        training::set_threads(threads_each);  // holds for the calling thread
        const auto number = one_by_one ? i : chosen[i];
        try {
            outcomes[number] = train_single_run(configuration, plan[number], data, display, number, processes);
        } catch (const training::Diverged& error) {
            const auto& run = outcomes[number].emplace<report::DivergedRun>(diverged_run(plan[number], error.what()));
            if (plan.size() > 1) display.say(report::diverged_text(run));
        }
    });
    TrainedRuns trained;
    for (auto& outcome : outcomes) {
        if (auto* run = std::get_if<report::RunRecord>(&outcome)) trained.runs.push_back(std::move(*run));
        if (auto* run = std::get_if<report::DivergedRun>(&outcome)) trained.diverged.push_back(std::move(*run));
    }
    return trained;
}

// Every process trains its part of the plan alone; the first reads all records from the folders.
TrainedRuns share_runs(const training::Configuration& configuration, const std::vector<PlannedRun>& plan,
                       const PreparedData& data, ProgressDisplay& display, std::int64_t threads,
                       const ProcessGroup& processes) {
    std::vector<std::size_t> chosen;
    const auto order = by_cost(plan);
    for (auto i = static_cast<std::size_t>(processes.rank()); i < order.size();
         i += static_cast<std::size_t>(processes.size())) {
        chosen.push_back(order[i]);
    }
    auto own = configuration;
    if (own.device == "auto" || own.device == "cuda") {
        const auto device = training::resolve_device(own.device, processes.local_rank());
        if (!device.is_cpu()) own.device = device.str();
    }
    std::optional<Interrupted> stop;
    try {
        if (!chosen.empty()) {
            (void)train_own_runs(own, plan, chosen, data, display, threads, ProcessGroup(false));
        }
    } catch (const Interrupted& interrupted) {
        stop = interrupted;
    }
    // Nobody leaves before the others have saved.
    if (processes.any(stop.has_value())) {
        throw stop ? *stop : Interrupted(ExitCode::terminated, "another process was stopped; everything is saved");
    }
    TrainedRuns trained;
    if (!processes.is_first()) return trained;
    for (const auto& run : plan) {
        if (auto reason = training::RunFolder::view(run.folder).divergence()) {
            trained.diverged.push_back(diverged_run(run, std::move(*reason)));
        } else {
            trained.runs.push_back(finished_run(configuration, run, data));
        }
    }
    return trained;
}

/// --limit and --validation-split may leave one label of one's own texts.
void require_both_labels(const PreparedData& data) {
    const auto& labels = data.train.labels;
    const bool is_imdb = data.source.kind == "imdb" || data.source.is_synthetic();
    if (is_imdb || std::ranges::adjacent_find(labels, std::not_equal_to<>{}) != labels.end()) return;
    throw DataError(
        fmt::format("'{}': all {} texts left to train on have the label {}: make --limit larger, or "
                    "--validation-split smaller",
                    data.source.path, labels.size(), labels.front()));
}

}  // namespace

PreparedData prepare_data(const training::Configuration& configuration) {
    auto options = configuration.data;
    data::require_vocabulary_size(options.vocabulary_size);
    options.vocabulary_size = data::largest_vocabulary;
    auto dataset = data::load_dataset(options);
    if (dataset.train.size() == 0 || dataset.test.size() == 0) {
        throw UsageError("the data set has an empty split: there must be reviews to train on and to test with");
    }
    auto whole_test = dataset.test;
    for (auto* reviews : {&dataset.train, &dataset.test}) {
        data::cut_vocabulary(*reviews, configuration.data.vocabulary_size);
    }
    training::require_memory_for(configuration, training::sizes_of(dataset.train, dataset.test));
    const auto length = static_cast<std::size_t>(configuration.length);
    PreparedData prepared{
        std::move(dataset.source),       std::move(dataset.vocabulary), data::pad(dataset.train, length),
        data::pad(dataset.test, length), std::move(whole_test),         std::nullopt};
    if (configuration.validation_split > 0) {
        prepared.validation = data::take_validation(prepared.train, configuration.validation_split);
    }
    prepared.labels = std::move(dataset.labels);
    require_both_labels(prepared);
    return prepared;
}

void keep_label_names(training::Configuration& configuration, const data::LabelNames& labels) {
    auto& texts = configuration.data.texts;
    if (texts.positive_from || labels.positive == "positive" || labels.negative == "negative") return;
    texts.positive_label = labels.positive;
    texts.negative_label = labels.negative;
}

nlohmann::ordered_json data_json(const PreparedData& data) {
    return {{"kind", data.source.kind},           {"path", data.source.path},
            {"sha256", data.source.sha256},       {"synthetic", data.source.is_synthetic()},
            {"train_reviews", data.train.size()}, {"validation_reviews", data.validation ? data.validation->size() : 0},
            {"test_reviews", data.test.size()}};
}

nlohmann::ordered_json configuration_json(const training::Configuration& configuration) {
    nlohmann::ordered_json json;
    training::visit_settings(configuration, [&](const char* key, const auto& value, const char*) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_arithmetic_v<Value>) {
            json[key] = value;
        } else if constexpr (std::is_same_v<Value, std::vector<Cell>>) {
            json[key] = nlohmann::ordered_json::array();
            for (const Cell cell : value) json[key].push_back(cell_name(cell));
        } else {
            json[key] = training::setting_text::format(value);
        }
    });
    return json;
}

std::filesystem::path run_folder_of(const SettingFlags& flags, const std::string& name) {
    if (!flags.resume.empty()) return flags.resume;
    return flags.output.empty() ? training::fresh_run_folder(name) : std::filesystem::path(flags.output);
}

TrainedRuns train_runs(const training::Configuration& configuration, const std::vector<PlannedRun>& plan,
                       const PreparedData& data, const ProcessGroup& processes) {
    const auto threads = training::set_threads(processes.threads(configuration.threads));
    log::notice(fmt::format("engine: {}", engine_in_force(configuration).text));
    const auto device = training::resolve_device(configuration.device, processes.local_rank());
    if (!device.is_cpu()) training::set_gpu_arithmetic(configuration.deterministic, configuration.tf32);
    std::vector<std::string> titles;
    for (const auto& run : plan) titles.push_back(report::run_title(run.cell, run.seed));
    ProgressDisplay display(std::move(titles), data.validation ? "validation" : "test");
    const StopRequest stop_request;

    TrainedRuns trained;
    if (processes.size() > 1 && plan.size() > 1) {
        log::notice(fmt::format("{} runs over {} processes", plan.size(), processes.size()));
        trained = share_runs(configuration, plan, data, display, threads, processes);
    } else {
        trained = train_own_runs(configuration, plan, by_cost(plan), data, display, threads, processes);
    }
    training::set_threads(configuration.threads);
    return trained;
}

}  // namespace cellwise::cli
