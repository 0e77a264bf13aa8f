#include "cli/training_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <type_traits>
#include <utility>

#include "cli/environment.h"
#include "cli/progress.h"
#include "cli/run_queue.h"
#include "core/error.h"
#include "core/log.h"
#include "core/stop_request.h"
#include "data/validation_split.h"
#include "training/checkpoint.h"
#include "training/device.h"
#include "training/fit.h"
#include "training/run_folder.h"
#include "training/setting_text.h"

namespace cellwise::cli {
namespace {

report::EpochRecord record_of(const training::EpochResult& epoch) {
    return {epoch.epoch,
            epoch.train.loss,
            epoch.train.accuracy,
            epoch.validation.loss,
            epoch.validation.accuracy,
            epoch.train_seconds,
            epoch.validation_seconds};
}

Interrupted stopped() {
    const auto code = StopRequest::exit_code();
    return {code,
            fmt::format("stopped by {}; everything is saved", code == ExitCode::terminated ? "SIGTERM" : "Ctrl-C")};
}

// Side by side, runs keep every core busy all the time, which threads within one run do not; but
// torch::nn's runs, and a GPU's, are quicker one after another.
std::size_t job_count(const training::Configuration& configuration, std::size_t runs, std::int64_t threads) {
    if (configuration.jobs > 0) return static_cast<std::size_t>(configuration.jobs);
    const bool fused = configuration.model.engine != models::Engine::torch &&
                       configuration.training.precision == training::Precision::float32 &&
                       training::resolve_device(configuration.device).is_cpu();
    return fused ? std::min(runs, static_cast<std::size_t>(threads)) : 1;
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

report::RunRecord record_of(const PlannedRun& planned, const training::TrainingOptions& options,
                            const PreparedData& data, const std::vector<training::EpochResult>& epochs,
                            const training::RunResult& result, training::Trainer& trainer) {
    report::RunRecord record;
    record.cell = planned.cell;
    record.seed = planned.seed;
    record.parameters = trainer.model()->parameter_count();
    record.engine = models::engine_name(trainer.model()->active_engine());
    for (const auto& epoch : epochs) record.epochs.push_back(record_of(epoch));
    record.test_accuracy = result.test.accuracy;
    record.test_loss = result.test.loss;
    record.held_out = data.validation.has_value();
    record.best_epoch = result.best_epoch;
    record.early_stopping = options.early_stopping > 0;
    return record;
}

// A finished run is taken as it is, if it is the planned one.
report::RunRecord finished_record(const training::RunFolder& folder, const PlannedRun& planned,
                                  const training::CheckpointOrigin& origin, const PreparedData& data,
                                  training::Trainer& trainer) {
    const auto stored = training::RunFolder::load_configuration(folder.path());
    training::require_same_settings(training::checkpoint_origin(stored, origin.data_sha256), origin,
                                    fmt::format("the run '{}'", folder.path().string()));
    std::filesystem::remove(folder.checkpoint());  // the program may have ended between two writes
    return record_of(planned, stored.training, data, folder.read_metrics(), folder.read_result(), trainer);
}

// The last epoch's figures are the test's where the test split validates and the last weights are kept.
training::RunResult result_of(const training::Fit& fit, const PreparedData& data) {
    const auto& last = fit.epochs().back();
    const bool is_known = !data.validation && fit.best_epoch() == last.epoch;
    return {fit.best_epoch(), is_known ? last.validation : fit.trainer().evaluate(data.test)};
}

// Says which of the runs diverged.
bool run_named(training::Fit& fit, const PreparedData& data, const training::FitHooks& hooks,
               const PlannedRun& planned) {
    try {
        return fit.run(data.train, data.validation ? *data.validation : data.test, hooks);
    } catch (const CheckFailed& error) {
        throw CheckFailed(fmt::format("{} seed {}: {}", cell_title(planned.cell), planned.seed, error.what()));
    }
}

report::RunRecord train_one(const training::Configuration& configuration, const PlannedRun& planned,
                            const PreparedData& data, ProgressDisplay& display, std::size_t number) {
    if (StopRequest::stop_requested()) throw stopped();
    auto own = configuration;
    own.cells = {planned.cell};
    own.seed = planned.seed;
    own.seeds = "1";
    const auto folder = planned.may_resume ? training::RunFolder::open_or_create(planned.folder)
                                           : training::RunFolder::create(planned.folder);
    const auto origin = training::checkpoint_origin(own, data.source.sha256);
    training::Trainer trainer(models::Classifier(own.model_for(planned.cell), planned.seed), own.training, planned.seed,
                              training::resolve_device(own.device));
    if (folder.is_finished()) return finished_record(folder, planned, origin, data, trainer);

    training::Fit fit(trainer, own.training);
    const bool is_begun = std::filesystem::exists(folder.checkpoint());
    if (is_begun) {
        training::load_checkpoint(folder.checkpoint(), fit, origin);
        log::notice(fmt::format("{} seed {} goes on after step {}", cell_title(planned.cell), planned.seed,
                                trainer.optimizer().steps()));
    }
    folder.write_environment(environment_json("train", data_json(data)));
    folder.write_configuration(own);

    training::FitHooks hooks;
    hooks.on_progress = [&](const training::Progress& progress) { display.update(number, progress); };
    hooks.on_epoch = [&](const training::EpochResult& epoch) {
        display.epoch_done(number, epoch, own.training.epochs);
        folder.write_metrics(fit.epochs(), data.validation.has_value());
    };
    hooks.save = [&] { training::save_checkpoint(folder.checkpoint(), fit, origin); };
    hooks.save_every = own.checkpoint_every;
    hooks.stop_requested = StopRequest::stop_requested;
    if (!run_named(fit, data, hooks, planned)) throw stopped();

    const auto result = result_of(fit, data);
    folder.write_vocabulary(data.vocabulary, own.model.vocabulary_size);
    folder.write_metrics(fit.epochs(), data.validation.has_value());
    folder.write_result(result);
    folder.write_model(trainer.model());
    std::filesystem::remove(folder.checkpoint());
    return record_of(planned, own.training, data, fit.epochs(), result, trainer);
}

}  // namespace

PreparedData prepare_data(const training::Configuration& configuration) {
    auto dataset = data::load_dataset(configuration.data);
    if (dataset.train.size() == 0 || dataset.test.size() == 0) {
        throw UsageError("the data set has an empty split: there must be reviews to train on and to test with");
    }
    const auto length = static_cast<std::size_t>(configuration.length);
    PreparedData prepared{std::move(dataset.source), std::move(dataset.vocabulary), data::pad(dataset.train, length),
                          data::pad(dataset.test, length), std::nullopt};
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
    std::vector<std::string> titles;
    for (const auto& run : plan) titles.push_back(fmt::format("{} seed {}", cell_title(run.cell), run.seed));
    ProgressDisplay display(std::move(titles), data.validation ? "validation" : "test");
    const StopRequest stop_request;

    std::vector<report::RunRecord> records(plan.size());
    const auto order = by_cost(plan);
    const auto threads_each = std::max<std::int64_t>(1, threads / static_cast<std::int64_t>(jobs));
    run_side_by_side(plan.size(), jobs, [&](std::size_t i) {
        training::set_threads(threads_each);  // holds for the calling thread
        const auto number = jobs == 1 ? i : order[i];
        records[number] = train_one(configuration, plan[number], data, display, number);
    });
    training::set_threads(configuration.threads);
    return records;
}

}  // namespace cellwise::cli
