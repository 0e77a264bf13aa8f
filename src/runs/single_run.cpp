#include "runs/single_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "core/model_title.h"
#include "core/paths.h"
#include "engine/peak.h"
#include "learning/checkpoint.h"
#include "learning/device.h"
#include "learning/divergence.h"
#include "learning/fit.h"
#include "records/test_predictions.h"
#include "runs/environment.h"
#include "runs/event_file.h"
#include "runs/progress_file.h"
#include "runs/run_folder.h"
#include "runs/run_record.h"
#include "tasks/sentiment/engine_choice.h"
#include "tasks/sentiment/run_files.h"
#include "tasks/sentiment/run_folder_files.h"

namespace cellwise::runs {
namespace {

// The configuration of one run of a plan.
sentiment::Configuration of_run(sentiment::Configuration configuration, const PlannedRun& planned) {
    configuration.cells = {planned.cell};
    configuration.seed = planned.seed;
    configuration.seeds = "1";
    return configuration;
}

std::string validation_of(const sentiment::PreparedData& data) {
    return records::validation_name(data.validation.has_value());
}

ScalarEvent event_of(const records::EpochFigures& epoch, const std::string& validation) {
    return {epoch.unix_time,
            epoch.epoch,
            {{"loss/train", epoch.train.loss},
             {"loss/" + validation, epoch.validation.loss},
             {"accuracy/train", epoch.train.accuracy},
             {"accuracy/" + validation, epoch.validation.accuracy},
             {"learning_rate", epoch.learning_rate}}};
}

std::vector<ScalarEvent> events_of(const std::vector<records::EpochFigures>& epochs, const std::string& validation) {
    std::vector<ScalarEvent> events;
    for (const auto& epoch : epochs) events.push_back(event_of(epoch, validation));
    return events;
}

Interrupted stopped(const StopToken& stop, bool is_saved) {
    return {
        exit_code_of_stop(stop.cause()),
        fmt::format("stopped by {}; {}", name_of_stop(stop.cause()),
                    is_saved ? "everything is saved"
                             : "the weights are no numbers any more and were not saved: the last checkpoint stays")};
}

// The last epoch's figures are the test's where the test split validates and the last weights are kept.
records::RunResult result_of(const learning::Fit& fit, const sentiment::PreparedData& data, bool is_tested) {
    const auto& last = fit.epochs().back();
    const bool is_known = !data.validation && fit.best_epoch() == last.epoch;
    const auto& model = fit.trainer().model();
    records::RunResult result{fit.best_epoch(), std::nullopt, std::string(models::engine_name(model->active_engine())),
                              model->parameter_count()};
    if (is_tested) result.test = is_known ? last.validation : fit.trainer().evaluate(data.test);
    return result;
}

// What the weights that were kept say of the test reviews: result_of has just looked at them.
void write_predictions(const RunFolder& folder, const learning::Fit& fit, const sentiment::PreparedData& data) {
    records::TestPredictions predictions{fit.trainer().evaluated_probabilities(), data.test.labels,
                                         sentiment::word_counts(data.whole_test)};
    write_file_atomically(folder.predictions(), records::predictions_csv(predictions));
}

void begin_folder(const RunFolder& folder, const sentiment::Configuration& configuration, const ComputeUsed& compute,
                  const sentiment::PreparedData& data, bool is_begun) {
    const auto environment = environment_json("train", configuration, compute, data_json(data));
    if (is_begun) {
        folder.add_resumption(environment);
    } else {
        folder.write_environment(environment);
    }
    folder.write_configuration(to_toml(configuration));
}

// "auto" is another device, or another instruction set, on another machine: then the run goes on, but not to the bits
// that it would have come to where it was begun.
void tell_other_hardware(const RunFolder& folder, const std::string& device, RunObserver& observer,
                         const std::string& title) {
    const auto begun = RunFolder::environment_of(folder.path());
    const auto was = [&](const char* place) { return begun.value(nlohmann::json::json_pointer(place), std::string()); };
    const auto note = [&](const char* what, const std::string& before, const std::string& now) {
        if (before.empty() || before == "auto" || before == now) return;
        observer.said(
            fmt::format("{} was begun with the {} {} and goes on with {}: the bits will not be those of a run "
                        "that was not interrupted",
                        title, what, before, now));
    };
    note("device", was("/device"), device);
    note("instruction set", was("/machine/instruction_set"), std::string(engine::instruction_set()));
}

// Says that the run has ended, however that came.
class ObservedRun {
public:
    ObservedRun(RunObserver& observer, std::size_t number) : observer_(observer), number_(number) {}
    ObservedRun(const ObservedRun&) = delete;
    ObservedRun& operator=(const ObservedRun&) = delete;
    ~ObservedRun() { observer_.ended(number_); }

private:
    RunObserver& observer_;
    std::size_t number_;
};

// Keeps why a training was given up; `folder`: only the first process has one.
bool run_kept(learning::Fit& fit, const sentiment::PreparedData& data, const learning::FitHooks& hooks,
              const std::optional<RunFolder>& folder) {
    try {
        return fit.run(data.train, data.validation ? *data.validation : data.test, hooks);
    } catch (const learning::Diverged& error) {
        if (folder) folder->write_divergence(error.what());
        throw;
    }
}

// The configuration that the run in the planned folder has. Throws what finished_run() throws.
sentiment::Configuration stored_configuration(const sentiment::Configuration& configuration, const PlannedRun& planned,
                                              const sentiment::PreparedData& data) {
    auto stored = sentiment::load_configuration(planned.folder);
    const auto environment = RunFolder::environment_of(planned.folder);
    const auto sha256 = environment.value(nlohmann::json::json_pointer("/data/sha256"), std::string());
    settings::require_same_settings(sentiment::origin_of(stored, sha256),
                                    sentiment::origin_of(of_run(configuration, planned), data.source.sha256),
                                    fmt::format("the run '{}'", planned.folder.string()));
    return stored;
}

// A training diverges the same way again: what it came to stands.
void require_not_diverged(const sentiment::Configuration& configuration, const PlannedRun& planned,
                          const sentiment::PreparedData& data, const std::optional<RunFolder>& folder,
                          const distributed::ProcessGroup& processes) {
    const auto kept = folder ? folder->divergence() : std::nullopt;
    const auto reason = processes.from_first(kept.value_or(""));
    if (reason.empty()) return;
    if (folder) (void)stored_configuration(configuration, planned, data);
    throw learning::Diverged(reason);
}

}  // namespace

records::RunRecord finished_run(const sentiment::Configuration& configuration, const PlannedRun& planned,
                                const sentiment::PreparedData& data) {
    const auto folder = RunFolder::view(planned.folder);
    const auto stored = stored_configuration(configuration, planned, data);
    const auto result = folder.read_result();
    if (planned.is_tested && !result.test) {
        throw UsageError(fmt::format("the run '{}' is a trial of a study, which is finished without its test reviews",
                                     planned.folder.string()));
    }
    return run_record(stored, folder.read_metrics(), result);
}

records::RunRecord train_single_run(const sentiment::Configuration& configuration, const PlannedRun& planned,
                                    const sentiment::PreparedData& data, const ThreadShares::Loan& share,
                                    RunObserver& observer, const StopToken& stop, std::size_t number,
                                    const distributed::ProcessGroup& processes) {
    if (processes.any(stop.requested())) throw stopped(stop, true);
    const auto own = of_run(configuration, planned);
    const auto origin = sentiment::origin_of(own, data.source.sha256);
    std::optional<RunFolder> folder;
    if (processes.is_first()) {
        folder.emplace(planned.may_resume ? RunFolder::open_or_create(planned.folder)
                                          : RunFolder::create(planned.folder));
    }
    if (processes.from_first(folder && folder->is_finished())) {
        if (!folder) return {};
        auto record = finished_run(configuration, planned, data);
        remove_file(folder->checkpoint());  // the program may have ended between two writes
        return record;
    }
    require_not_diverged(configuration, planned, data, folder, processes);

    const auto threads = [&share, is_fused = sentiment::engine_in_force(own).fused] {
        return is_fused ? share.threads() : share.fixed_threads();
    };
    const learning::ComputeScope scope(threads());
    const auto device = learning::resolve_device(own.device, processes.local_rank());
    learning::Trainer trainer(models::Classifier(own.model_for(planned.cell), planned.seed), own.training, planned.seed,
                              {device, scope.threads()}, processes.communicator());
    learning::Fit fit(trainer, own.training);
    const auto checkpoint = RunFolder::view(planned.folder).checkpoint();
    const auto title = run_title(planned.cell, sentiment::text_of(configuration, "stack"), planned.seed);
    const bool is_begun = processes.from_first(folder && is_there(checkpoint));
    if (is_begun) {
        learning::load_checkpoint(checkpoint, fit, origin);
        observer.said(fmt::format("{} goes on after step {}", title, trainer.optimizer().steps()));
    }
    if (folder) {
        if (is_begun) tell_other_hardware(*folder, device.str(), observer, title);
        begin_folder(*folder, own, {device.str(), scope.threads()}, data, is_begun);
    }
    std::optional<EventFile> events;
    if (folder) events.emplace(folder->events(), events_of(fit.epochs(), validation_of(data)));
    for (const auto& epoch : fit.epochs()) {
        if (planned.watch) planned.watch(epoch);
    }

    const ObservedRun observed(observer, number);
    bool is_saved = true;
    learning::FitHooks hooks;
    std::optional<ProgressFile> progress_file;
    if (folder) progress_file.emplace(folder->progress());
    hooks.on_progress = [&](const records::Progress& progress) {
        observer.progressed(number, progress);
        if (progress_file) progress_file->update(progress);
    };
    hooks.on_epoch = [&](const records::EpochFigures& epoch) {
        observer.epoch_done(number, epoch, own.training.epochs);
        if (!folder) return;
        folder->write_metrics(fit.epochs(), data.validation.has_value());
        events->add(event_of(epoch, validation_of(data)));
        if (planned.watch) planned.watch(epoch);
    };
    if (folder) {
        hooks.save = [&] {
            is_saved = learning::save_checkpoint(checkpoint, fit, origin);
            if (is_saved && log::level() == log::Level::verbose) {
                observer.said(fmt::format("{}: checkpoint after step {}", title, trainer.optimizer().steps()));
            }
        };
    }
    hooks.save_every = own.checkpoint_every;
    // All of them stop after the same step.
    hooks.stop_requested = [&] { return processes.any(stop.requested()); };
    hooks.threads = threads;
    if (!run_kept(fit, data, hooks, folder)) throw stopped(stop, is_saved);
    if (const auto reason = trainer.why_not_recorded(); !reason.empty()) {
        log::detail(fmt::format("steps were not recorded in a CUDA graph: {}", reason));
    }

    const auto result = result_of(fit, data, planned.is_tested);
    if (!folder) return {};
    sentiment::write_vocabulary(folder->path(), data.vocabulary);
    folder->write_metrics(fit.epochs(), data.validation.has_value());
    folder->write_result(result);
    if (result.test) write_predictions(*folder, fit, data);
    sentiment::write_model(folder->path(), trainer.model());
    remove_file(folder->checkpoint());
    return run_record(own, fit.epochs(), result);
}

}  // namespace cellwise::runs
