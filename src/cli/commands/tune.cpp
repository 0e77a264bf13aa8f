#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/commands/study_run.h"
#include "cli/flags/search_flags.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/resume_hint.h"
#include "core/error.h"
#include "core/log.h"
#include "core/stop_request.h"
#include "learning/device.h"
#include "runs/fresh_folder.h"
#include "tasks/sentiment/engine_choice.h"
#include "verbs/review_trials.h"

namespace cellwise::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* review_command = "tune";
constexpr double default_validation_split = 0.2;

struct ReviewTuneFlags {
    explicit ReviewTuneFlags(CLI::App& command)
        : settings(command, true),
          search(command,
                 {30, "epochs", "the measure to maximise on the held-out training reviews: accuracy, or loss (negated)",
                  true}) {}
    SettingFlags settings;
    SearchFlags search;
};

/// The flags that hold: what was said, and beyond that what the study to continue with has.
struct SaidOfReviews {
    CLI::App app;
    ReviewTuneFlags flags{app};

    SaidOfReviews(const CLI::App& command, const search::Values& stored) {
        try {
            app.parse(arguments_of(command, stored, app));
        } catch (const CLI::ParseError& error) {
            throw DataError(fmt::format("the study's settings cannot be read: {}", error.what()));
        }
    }
};

/// Of the settings, those that decide a trial; the data by its hash.
search::Values review_context(const sentiment::Configuration& configuration, const sentiment::PreparedData& data,
                              const std::string& metric) {
    search::Values context{{"command", review_command}, {"metric", metric}, {"data-sha256", data.source.sha256}};
    for (auto [key, text] : sentiment::values_of(configuration)) {
        constexpr std::array free{"seed", "seeds", "jobs", "baseline", "threads", "offline", "checkpoint_every"};
        if (std::find(free.begin(), free.end(), key) != free.end()) continue;
        if (key == "data" || key == "test_data") text = lasting_path(text);
        if (!text.empty()) context.emplace_back(verbs::searched_name(key), std::move(text));
    }
    return context;
}

/// Data that were moved are the same: their hash decides.
void keep_data_paths(search::Values& context, const search::Values& stored) {
    for (const auto* name : {"data", "test-data"}) {
        std::erase_if(context, [&](const auto& entry) { return entry.first == name; });
        for (const auto& entry : stored) {
            if (entry.first == name) context.push_back(entry);
        }
    }
}

/// Trials on the fused engine's processors are quicker side by side, others one after another.
std::size_t side_by_side_threads(const sentiment::Configuration& configuration) {
    return sentiment::engine_in_force(configuration).fused
               ? static_cast<std::size_t>(learning::set_threads(configuration.threads))
               : 1;
}

search::AskedTrial asked(const search::Space& space, const search::Trial& trial) {
    return {trial.number, trial.point, space.values(trial.point)};
}

std::optional<search::Confirmation> confirmed_on_test(verbs::ReviewTrials& trials, const search::Space& space,
                                                      const search::Trial& best, std::int64_t seeds) {
    search::ConfirmationRuns runs;
    runs.seeds = fresh_seeds(trials.configuration().seed, seeds);
    log::notice(fmt::format("default and best are trained again with {} fresh seeds, and tested", seeds));
    ProgressDisplay display;
    const auto objectives = trials.on_test(asked(space, best), runs.seeds, display);
    if (!objectives) return std::nullopt;
    runs.default_objectives = objectives->at(0);
    runs.best_objectives = objectives->at(1);
    return search::confirm(runs, *best.objective);
}

sentiment::Configuration configuration_of(const SettingFlags& flags) {
    auto plain = flags;
    plain.resume.clear();  // the study's, not a run's
    auto configuration = plain.resolve();
    if (configuration.validation_split == 0) configuration.validation_split = default_validation_split;
    return configuration;
}

void run_review_tune(const CLI::App& command, const ReviewTuneFlags& given) {
    const distributed::ProcessGroup processes(given.settings.distributed);
    const auto& [output, json, resume] = std::tie(given.settings.output, given.settings.json, given.settings.resume);
    const Output out(json);
    std::optional<search::StudySettings> stored;
    std::optional<fs::path> resumed;
    if (!resume.empty()) {
        if (!output.empty()) throw UsageError("--resume goes on in the study's folder: leave --output out");
        resumed = resume;
        stored = stored_study(resume, review_command);
    }
    const SaidOfReviews said(command, stored ? said_in(*stored) : search::Values{});
    auto configuration = configuration_of(said.flags.settings);
    const auto metric = verbs::review_metric(said.flags.search.metric());
    const auto budget = said.flags.search.budget(resumed);
    const auto cell = configuration.cells.front();
    const auto builtin = verbs::builtin_review_space(cell);
    verbs::require_searchable(said.flags.search.settings(stored, builtin, configuration.seed, {}).space, configuration);
    const auto prepared = std::make_shared<const sentiment::PreparedData>(sentiment::prepare_data(configuration));
    const auto& data = *prepared;
    keep_label_names(configuration, data.labels);
    auto context = review_context(configuration, data, metric == verbs::ReviewMetric::accuracy ? "accuracy" : "loss");
    if (stored) keep_data_paths(context, stored->context);
    const auto settings = said.flags.search.settings(stored, builtin, configuration.seed, std::move(context));
    const fs::path folder =
        processes.from_first((resumed          ? *resumed
                              : output.empty() ? runs::fresh_run_folder(fmt::format("tune-{}", cell_name(cell)))
                                               : fs::path(output))
                                 .string());
    auto study = opened_study(folder, settings, resumed.has_value(), budget, processes);

    const StopRequest stop;
    search::StudyReport report;
    with_resume_hint({review_command, folder, json}, [&] {
        // A process alone keeps its processors busy with trials side by side; several are side by side already.
        const auto threads = processes.size() > 1 ? 1 : side_by_side_threads(configuration);
        const auto jobs = said.flags.search.jobs(threads, settings.round);
        ProgressDisplay display;
        verbs::ReviewTrials trials(configuration, prepared, folder, metric, jobs, budget.budget.trials, processes,
                                   display, stop.token());
        run_study(study, [&](const auto& trial, auto& told) { return trials.tried(trial, told); },
                  {budget.budget, [&](std::size_t count, const auto& run) { trials.side_by_side(count, run); },
                   verbs::title_of(metric), "; everything is saved", stop.token(),
                   [&](const std::string& line) { trials.say(line); }, processes.communicator()});
        const auto ended = study.trials();
        const auto place = search::best_trial(ended);
        std::optional<search::Confirmation> confirmation;
        if (place && budget.confirm_seeds > 0) {
            confirmation = confirmed_on_test(trials, settings.space, ended[*place], budget.confirm_seeds);
        }
        if (!processes.is_first()) return;
        report = search::report_of(fmt::format("Study of the {} on {}{}", cell_title(cell), data.source.kind,
                                               data.source.is_synthetic() ? " (made-up reviews)" : ""),
                                   verbs::title_of(metric), settings, ended, confirmation);
        write_study_report(folder, report);
    });
    if (!processes.is_first()) return;
    auto text = fmt::format("{}: {} on {} held-out training reviews\n{}", report.title, verbs::title_of(metric),
                            data.validation ? data.validation->size() : 0, search::study_text(report));
    const auto place = search::best_trial(report.trials);
    if (report.confirmation) text += fmt::format("Fresh seeds are judged by {} test reviews.\n", data.test.size());
    if (place) {
        text += fmt::format(
            "\nTrain the best one with\n  {} train --config {}\n", shell_word(program_name()),
            shell_word((folder / fmt::format("trial-{:04}", report.trials[*place].number) / "config.toml").string()));
    }
    out.print(text);
    nlohmann::ordered_json document{{"cell", cell_name(cell)},
                                    {"metric", verbs::title_of(metric)},
                                    {"study", folder.string()},
                                    {"data", data_json(data)},
                                    {"configuration", configuration_json(configuration)}};
    document.update(search::study_json(report));
    out.write_json(with_schema("tune", document));
    log::notice(fmt::format("the study is in {}: see its report.html", folder.string()));
    if (!place) refuse_no_trial(report.trials);
}

}  // namespace

void add_tune(CLI::App& app) {
    auto* command = add_command(app, "tune");
    const auto flags = std::make_shared<ReviewTuneFlags>(*command);
    command->callback([command, flags] { run_review_tune(*command, *flags); });
    command->footer(
        "Examples:\n"
        "  cellwise tune --cell lstm --budget 30\n"
        "  cellwise tune --search learning-rate=log:1e-4..1e-2 --search hidden-size=32,64,128 --pruner median\n"
        "  mpirun -n 4 cellwise tune --distributed --budget 40   the trials shared by four processes\n"
        "  cellwise tune --resume runs/2026-11-27-tune-lstm   go on where Ctrl-C or a crash ended it");
}

}  // namespace cellwise::cli
