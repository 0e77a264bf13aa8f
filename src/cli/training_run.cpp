#include "cli/training_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <type_traits>
#include <utility>

#include "cli/progress.h"
#include "cli/single_run.h"
#include "core/error.h"
#include "core/log.h"
#include "core/stop_request.h"
#include "data/load_data.h"
#include "data/validation_split.h"
#include "training/device.h"
#include "training/memory_need.h"
#include "training/run_folder.h"
#include "training/run_queue.h"
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
    return prepared;
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
    return flags.output.empty() ? training::RunFolder::fresh_name(name) : std::filesystem::path(flags.output);
}

std::vector<report::RunRecord> train_runs(const training::Configuration& configuration,
                                          const std::vector<PlannedRun>& plan, const PreparedData& data) {
    const auto threads = training::set_threads(configuration.threads);
    const auto jobs = job_count(configuration, plan.size(), threads);
    log::notice(fmt::format("engine: {}", engine_in_force(configuration).text));
    std::vector<std::string> titles;
    for (const auto& run : plan) titles.push_back(fmt::format("{} seed {}", cell_title(run.cell), run.seed));
    ProgressDisplay display(std::move(titles), data.validation ? "validation" : "test");
    const StopRequest stop_request;

    std::vector<report::RunRecord> records(plan.size());
    const auto order = by_cost(plan);
    const auto threads_each = std::max<std::int64_t>(1, threads / static_cast<std::int64_t>(jobs));
    training::run_side_by_side(plan.size(), jobs, [&](std::size_t i) {
        training::set_threads(threads_each);  // holds for the calling thread
        const auto number = jobs == 1 ? i : order[i];
        records[number] = train_single_run(configuration, plan[number], data, display, number);
    });
    training::set_threads(configuration.threads);
    return records;
}

}  // namespace cellwise::cli
