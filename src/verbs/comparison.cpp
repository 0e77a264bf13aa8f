#include "verbs/comparison.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/processor.h"
#include "learning/device.h"
#include "learning/divergence.h"
#include "records/schema.h"
#include "runs/environment.h"
#include "runs/run_folder.h"
#include "runs/train_runs.h"
#include "tasks/sentiment/baseline.h"
#include "tasks/sentiment/configuration.h"
#include "tasks/sentiment/engine_choice.h"
#include "tasks/sentiment/prepared_reviews.h"
#include "verbs/report_input.h"

namespace cellwise::verbs {
namespace {

std::string run_name(Cell cell, std::uint64_t seed, bool several_seeds) {
    return several_seeds ? fmt::format("{}-seed-{}", cell_name(cell), seed) : std::string(cell_name(cell));
}

// Seed by seed, so that an interrupted comparison has whole comparisons behind it.
std::vector<runs::PlannedRun> plan_of(const sentiment::Configuration& configuration,
                                      const std::filesystem::path& folder, bool may_resume) {
    std::vector<runs::PlannedRun> plan;
    const auto seeds = configuration.seed_list();
    for (const auto seed : seeds) {
        for (const Cell cell : configuration.cells) {
            plan.push_back({cell, seed, folder / run_name(cell, seed, seeds.size() > 1), may_resume});
        }
    }
    return plan;
}

void add_baselines(const sentiment::Configuration& configuration, const sentiment::PreparedData& data,
                   records::ComparisonRecord& comparison) {
    const auto add = [&](std::uint64_t seed, const sentiment::BaselineResult& result) {
        comparison.baselines.push_back(
            {result.name, seed, result.parameters, result.test.accuracy, result.test.loss, result.seconds});
    };
    const auto words = configuration.model.vocabulary_size;
    log::notice("baselines: TF-IDF with logistic regression, mean of embeddings");
    add(configuration.seed, sentiment::tfidf_logistic_regression(data.train, data.test, words));
    for (const auto seed : configuration.seed_list()) {
        try {
            add(seed, sentiment::bag_of_embeddings(data.train, data.test, words, configuration.model.embedding_size,
                                                   configuration.training, seed));
        } catch (const learning::Diverged& error) {
            comparison.notes.push_back(
                fmt::format("bag_of_embeddings with seed {} is left out: {}", seed, error.what()));
        }
    }
}

// The runs that did not diverge, once all of the plan are done.
std::vector<runs::PlannedRun> finished_part(std::vector<runs::PlannedRun> plan) {
    std::erase_if(plan, [](const runs::PlannedRun& run) { return !runs::RunFolder::view(run.folder).is_finished(); });
    return plan;
}

records::ComparisonRecord begun_record(const sentiment::Configuration& configuration,
                                       const sentiment::PreparedData& data) {
    records::ComparisonRecord record;
    record.data = data_json(data);
    record.configuration = configuration_json(configuration);
    return record;
}

// Complains of an engine or a device that is not to be had.
std::string device_of(const sentiment::Configuration& configuration, const distributed::ProcessGroup& processes) {
    (void)sentiment::engine_in_force(configuration);
    return learning::resolve_device(configuration.device, processes.local_rank()).str();
}

}  // namespace

Trained train(TrainRequest request, const distributed::ProcessGroup& processes, runs::RunObserver& observer,
              const StopToken& stop) {
    auto& configuration = request.configuration;
    (void)device_of(configuration, processes);  // complain before the data is read
    if (processes.is_first() && !request.resumes) (void)runs::RunFolder::create(request.folder);  // likewise
    const auto data = sentiment::prepare_data(configuration);
    keep_label_names(configuration, data.labels);
    Trained trained{begun_record(configuration, data), 1};
    const std::vector<runs::PlannedRun> plan{
        {configuration.cells.front(), configuration.seed, request.folder, request.resumes}};
    auto runs = train_runs(configuration, plan, data, processes, observer, stop);
    if (!runs.diverged.empty())
        throw CheckFailed(records::diverged_text(runs.diverged.front(), sentiment::text_of(configuration, "stack")));
    trained.record.runs = std::move(runs.runs);
    if (request.reports && processes.is_first()) {
        write_reports(plan, data);
        trained.has_report = true;
    }
    return trained;
}

Trained compare(TrainRequest request, const distributed::ProcessGroup& processes, runs::RunObserver& observer,
                const StopToken& stop) {
    auto& configuration = request.configuration;
    const auto device = device_of(configuration, processes);  // complain before the data is read
    std::optional<runs::RunFolder> folder;
    if (processes.is_first()) {
        folder.emplace(request.resumes ? runs::RunFolder::open_or_create(request.folder)
                                       : runs::RunFolder::create(request.folder));
    }
    processes.wait();  // the others make folders in this one
    const auto data = sentiment::prepare_data(configuration);
    keep_label_names(configuration, data.labels);
    if (folder && !request.resumes) {
        const auto threads = threads_or_all(configuration.threads);
        folder->write_environment(runs::environment_json("compare", configuration, {device, threads}, data_json(data)));
        folder->write_configuration(to_toml(configuration));
    }

    const auto plan = plan_of(configuration, request.folder, request.resumes);
    Trained trained{begun_record(configuration, data), plan.size()};
    auto& comparison = trained.record;
    auto runs = train_runs(configuration, plan, data, processes, observer, stop);
    comparison.runs = std::move(runs.runs);
    comparison.diverged = std::move(runs.diverged);
    const auto finished = finished_part(plan);
    if (!processes.is_first()) return trained;
    if (request.reports) write_reports(finished, data);
    const learning::ComputeScope compute(configuration.threads);
    if (configuration.baseline) add_baselines(configuration, data, comparison);
    const auto json = records::with_schema("comparison", records::comparison_json(comparison));
    write_file_atomically(request.folder / "comparison.json", json_text(json, 2) + "\n");
    trained.has_report = request.reports && !finished.empty();
    if (trained.has_report) write_comparison_report(request.folder, finished, comparison, data);
    return trained;
}

}  // namespace cellwise::verbs
