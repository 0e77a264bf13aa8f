#include "cli/single_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/environment.h"
#include "cli/run_record.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/stop_request.h"
#include "engine/peak.h"
#include "report/event_file.h"
#include "report/test_predictions.h"
#include "training/checkpoint.h"
#include "training/device.h"
#include "training/divergence.h"
#include "training/fit.h"
#include "training/progress_file.h"
#include "training/run_folder.h"

namespace cellwise::cli {
namespace {

// The configuration of one run of a plan.
training::Configuration of_run(training::Configuration configuration, const PlannedRun& planned) {
    configuration.cells = {planned.cell};
    configuration.seed = planned.seed;
    configuration.seeds = "1";
    return configuration;
}

std::string validation_name(const PreparedData& data) { return data.validation ? "validation" : "test"; }

report::ScalarEvent event_of(const training::EpochResult& epoch, const std::string& validation) {
    return {epoch.unix_time,
            epoch.epoch,
            {{"loss/train", epoch.train.loss},
             {"loss/" + validation, epoch.validation.loss},
             {"accuracy/train", epoch.train.accuracy},
             {"accuracy/" + validation, epoch.validation.accuracy},
             {"learning_rate", epoch.learning_rate}}};
}

std::vector<report::ScalarEvent> events_of(const std::vector<training::EpochResult>& epochs,
                                           const std::string& validation) {
    std::vector<report::ScalarEvent> events;
    for (const auto& epoch : epochs) events.push_back(event_of(epoch, validation));
    return events;
}

Interrupted stopped(bool is_saved) {
    return {
        StopRequest::exit_code(),
        fmt::format("stopped by {}; {}", StopRequest::signal_name(),
                    is_saved ? "everything is saved"
                             : "the weights are no numbers any more and were not saved: the last checkpoint stays")};
}

// The last epoch's figures are the test's where the test split validates and the last weights are kept.
training::RunResult result_of(const training::Fit& fit, const PreparedData& data) {
    const auto& last = fit.epochs().back();
    const bool is_known = !data.validation && fit.best_epoch() == last.epoch;
    const auto& model = fit.trainer().model();
    return {fit.best_epoch(), is_known ? last.validation : fit.trainer().evaluate(data.test),
            std::string(models::engine_name(model->active_engine())), model->parameter_count()};
}

// What the weights that were kept say of the test reviews: result_of has just looked at them.
void write_predictions(const training::RunFolder& folder, const training::Fit& fit, const PreparedData& data) {
    report::TestPredictions predictions{fit.trainer().evaluated_probabilities(), data.test.labels,
                                        word_counts(data.whole_test)};
    write_file_atomically(folder.predictions(), report::predictions_csv(predictions));
}

void begin_folder(const training::RunFolder& folder, const training::Configuration& configuration,
                  const Compute& compute, const PreparedData& data, bool is_begun) {
    const auto environment = environment_json("train", configuration, compute, data_json(data));
    if (is_begun) {
        folder.add_resumption(environment);
    } else {
        folder.write_environment(environment);
    }
    folder.write_configuration(configuration);
}

// "auto" is another device, or another instruction set, on another machine: then the run goes on, but not to the bits
// that it would have come to where it was begun.
void tell_other_hardware(const training::RunFolder& folder, const std::string& device, ProgressDisplay& display,
                         const PlannedRun& planned) {
    const auto begun = training::RunFolder::environment_of(folder.path());
    const auto was = [&](const char* place) { return begun.value(nlohmann::json::json_pointer(place), std::string()); };
    const auto note = [&](const char* what, const std::string& before, const std::string& now) {
        if (before.empty() || before == "auto" || before == now) return;
        display.say(
            fmt::format("{} was begun with the {} {} and goes on with {}: the bits will not be those of a run "
                        "that was not interrupted",
                        report::run_title(planned.cell, planned.seed), what, before, now));
    };
    note("device", was("/device"), device);
    note("instruction set", was("/machine/instruction_set"), std::string(engine::instruction_set()));
}

// Takes the run's bar away, however the run ends.
class DisplayedRun {
public:
    DisplayedRun(ProgressDisplay& display, std::size_t number) : display_(display), number_(number) {}
    DisplayedRun(const DisplayedRun&) = delete;
    DisplayedRun& operator=(const DisplayedRun&) = delete;
    ~DisplayedRun() { display_.run_done(number_); }

private:
    ProgressDisplay& display_;
    std::size_t number_;
};

// Keeps why a training was given up; `folder`: only the first process has one.
bool run_kept(training::Fit& fit, const PreparedData& data, const training::FitHooks& hooks,
              const std::optional<training::RunFolder>& folder) {
    try {
        return fit.run(data.train, data.validation ? *data.validation : data.test, hooks);
    } catch (const training::Diverged& error) {
        if (folder) folder->write_divergence(error.what());
        throw;
    }
}

// The configuration that the run in the planned folder has. Throws what finished_run() throws.
training::Configuration stored_configuration(const training::Configuration& configuration, const PlannedRun& planned,
                                             const PreparedData& data) {
    auto stored = training::RunFolder::load_configuration(planned.folder);
    const auto environment = training::RunFolder::environment_of(planned.folder);
    const auto sha256 = environment.value(nlohmann::json::json_pointer("/data/sha256"), std::string());
    training::require_same_settings(training::checkpoint_origin(stored, sha256),
                                    training::checkpoint_origin(of_run(configuration, planned), data.source.sha256),
                                    fmt::format("the run '{}'", planned.folder.string()));
    return stored;
}

// A training diverges the same way again: what it came to stands.
void require_not_diverged(const training::Configuration& configuration, const PlannedRun& planned,
                          const PreparedData& data, const std::optional<training::RunFolder>& folder,
                          const ProcessGroup& processes) {
    const auto kept = folder ? folder->divergence() : std::nullopt;
    const auto reason = processes.from_first(kept.value_or(""));
    if (reason.empty()) return;
    if (folder) (void)stored_configuration(configuration, planned, data);
    throw training::Diverged(reason);
}

}  // namespace

report::RunRecord finished_run(const training::Configuration& configuration, const PlannedRun& planned,
                               const PreparedData& data) {
    const auto folder = training::RunFolder::view(planned.folder);
    const auto stored = stored_configuration(configuration, planned, data);
    return run_record(stored, folder.read_metrics(), folder.read_result());
}

report::RunRecord train_single_run(const training::Configuration& configuration, const PlannedRun& planned,
                                   const PreparedData& data, ProgressDisplay& display, std::size_t number,
                                   const ProcessGroup& processes) {
    if (processes.any(StopRequest::stop_requested())) throw stopped(true);
    const auto own = of_run(configuration, planned);
    const auto origin = training::checkpoint_origin(own, data.source.sha256);
    std::optional<training::RunFolder> folder;
    if (processes.is_first()) {
        folder.emplace(planned.may_resume ? training::RunFolder::open_or_create(planned.folder)
                                          : training::RunFolder::create(planned.folder));
    }
    if (processes.from_first(folder && folder->is_finished())) {
        if (!folder) return {};
        auto record = finished_run(configuration, planned, data);
        remove_file(folder->checkpoint());  // the program may have ended between two writes
        return record;
    }
    require_not_diverged(configuration, planned, data, folder, processes);

    const auto threads = at::get_num_threads();  // the trainer's engine takes them over from LibTorch
    training::Trainer trainer(models::Classifier(own.model_for(planned.cell), planned.seed), own.training, planned.seed,
                              training::resolve_device(own.device, processes.local_rank()), processes.communicator());
    training::Fit fit(trainer, own.training);
    const auto checkpoint = training::RunFolder::view(planned.folder).checkpoint();
    const bool is_begun = processes.from_first(folder && is_there(checkpoint));
    if (is_begun) {
        training::load_checkpoint(checkpoint, fit, origin);
        display.say(fmt::format("{} goes on after step {}", report::run_title(planned.cell, planned.seed),
                                trainer.optimizer().steps()));
    }
    if (folder) {
        const auto device = training::resolve_device(own.device, processes.local_rank()).str();
        if (is_begun) tell_other_hardware(*folder, device, display, planned);
        begin_folder(*folder, own, {device, threads}, data, is_begun);
    }
    std::optional<report::EventFile> events;
    if (folder) events.emplace(folder->events(), events_of(fit.epochs(), validation_name(data)));
    for (const auto& epoch : fit.epochs()) {
        if (planned.watch) planned.watch(epoch);
    }

    const DisplayedRun displayed(display, number);
    bool is_saved = true;
    training::FitHooks hooks;
    std::optional<training::ProgressFile> progress_file;
    if (folder) progress_file.emplace(folder->progress());
    hooks.on_progress = [&](const training::Progress& progress) {
        display.update(number, progress);
        if (progress_file) progress_file->update(progress);
    };
    hooks.on_epoch = [&](const training::EpochResult& epoch) {
        display.epoch_done(number, epoch, own.training.epochs);
        if (!folder) return;
        folder->write_metrics(fit.epochs(), data.validation.has_value());
        events->add(event_of(epoch, validation_name(data)));
        if (planned.watch) planned.watch(epoch);
    };
    if (folder) {
        hooks.save = [&] {
            is_saved = training::save_checkpoint(checkpoint, fit, origin);
            if (is_saved && log::level() == log::Level::verbose) {
                display.say(fmt::format("{}: checkpoint after step {}", report::run_title(planned.cell, planned.seed),
                                        trainer.optimizer().steps()));
            }
        };
    }
    hooks.save_every = own.checkpoint_every;
    // All of them stop after the same step.
    hooks.stop_requested = [&] { return processes.any(StopRequest::stop_requested()); };
    if (!run_kept(fit, data, hooks, folder)) throw stopped(is_saved);
    if (const auto reason = trainer.why_not_recorded(); !reason.empty()) {
        log::detail(fmt::format("steps were not recorded in a CUDA graph: {}", reason));
    }

    const auto result = result_of(fit, data);
    if (!folder) return {};
    folder->write_vocabulary(data.vocabulary);
    folder->write_metrics(fit.epochs(), data.validation.has_value());
    folder->write_result(result);
    write_predictions(*folder, fit, data);
    folder->write_model(trainer.model());
    remove_file(folder->checkpoint());
    return run_record(own, fit.epochs(), result);
}

}  // namespace cellwise::cli
