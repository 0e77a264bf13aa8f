#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cli/commands.h"
#include "cli/environment.h"
#include "cli/output.h"
#include "cli/report_input.h"
#include "cli/resume.h"
#include "cli/settings.h"
#include "cli/training_run.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/processor.h"
#include "training/baseline.h"
#include "training/device.h"
#include "training/divergence.h"
#include "training/run_folder.h"

namespace cellwise::cli {
namespace {

std::string run_name(Cell cell, std::uint64_t seed, bool several_seeds) {
    return several_seeds ? fmt::format("{}-seed-{}", cell_name(cell), seed) : std::string(cell_name(cell));
}

// Seed by seed, so that an interrupted comparison has whole comparisons behind it.
std::vector<PlannedRun> plan_of(const training::Configuration& configuration, const std::filesystem::path& folder,
                                bool may_resume) {
    std::vector<PlannedRun> plan;
    const auto seeds = configuration.seed_list();
    for (const auto seed : seeds) {
        for (const Cell cell : configuration.cells) {
            plan.push_back({cell, seed, folder / run_name(cell, seed, seeds.size() > 1), may_resume});
        }
    }
    return plan;
}

void add_baselines(const training::Configuration& configuration, const PreparedData& data,
                   report::ComparisonRecord& comparison) {
    const auto add = [&](std::uint64_t seed, const training::BaselineResult& result) {
        comparison.baselines.push_back(
            {result.name, seed, result.parameters, result.test.accuracy, result.test.loss, result.seconds});
    };
    const auto words = configuration.model.vocabulary_size;
    log::notice("baselines: TF-IDF with logistic regression, mean of embeddings");
    add(configuration.seed, training::tfidf_logistic_regression(data.train, data.test, words));
    for (const auto seed : configuration.seed_list()) {
        try {
            add(seed, training::bag_of_embeddings(data.train, data.test, words, configuration.model.embedding_size,
                                                  configuration.training, seed));
        } catch (const training::Diverged& error) {
            comparison.notes.push_back(
                fmt::format("bag_of_embeddings with seed {} is left out: {}", seed, error.what()));
        }
    }
}

// The runs that did not diverge, once all of the plan are done.
std::vector<PlannedRun> finished_part(std::vector<PlannedRun> plan) {
    std::erase_if(plan, [](const PlannedRun& run) { return !training::RunFolder::view(run.folder).is_finished(); });
    return plan;
}

// What the program ends with where runs diverged, whether notices are shown or not.
CheckFailed some_diverged(const std::filesystem::path& folder, const std::vector<report::DivergedRun>& diverged,
                          std::size_t planned) {
    std::vector<std::string> names;
    for (const auto& run : diverged) names.push_back(report::run_title(run.cell, run.seed));
    return CheckFailed(fmt::format("of {} run{} in '{}' {} diverged, without figures: {}. {}{}", planned,
                                   planned == 1 ? "" : "s", folder.string(), diverged.size(), fmt::join(names, ", "),
                                   names.size() == 1 ? "Its " : "Each folder's diverged.txt says why; the first one's ",
                                   diverged.front().reason));
}

void run_compare(const SettingFlags& flags) {
    const ProcessGroup processes(flags.distributed);
    auto configuration = flags.resolve();
    const Output out(flags.json);
    (void)training::resolve_device(configuration.device, processes.local_rank());  // complain before the data is read
    const bool resumes = !flags.resume.empty();
    const ResumeCommand again{"compare", processes.from_first(run_folder_of(flags, "compare").string()), flags.json};
    if (resumes) require_command(again, training::RunFolder::command_of(again.folder));
    std::optional<training::RunFolder> folder;
    if (processes.is_first()) {
        folder.emplace(resumes ? training::RunFolder::open_or_create(again.folder)
                               : training::RunFolder::create(again.folder));
    }
    processes.wait();  // the others make folders in this one
    const auto data = prepare_data(configuration);
    keep_label_names(configuration, data.labels);
    if (folder && !resumes) {
        folder->write_environment(
            environment_json("compare", configuration,
                             {training::resolve_device(configuration.device, processes.local_rank()).str(),
                              configuration.threads > 0 ? configuration.threads : usable_processors()},
                             data_json(data)));
        folder->write_configuration(configuration);
    }

    report::ComparisonRecord comparison;
    comparison.data = data_json(data);
    comparison.configuration = configuration_json(configuration);
    const auto plan = plan_of(configuration, again.folder, resumes);
    std::vector<PlannedRun> finished;
    with_resume_hint(again, [&] {
        auto trained = train_runs(configuration, plan, data, processes);
        comparison.runs = std::move(trained.runs);
        comparison.diverged = std::move(trained.diverged);
        finished = finished_part(plan);
        if (flags.report && processes.is_first()) write_reports(finished, data);
    });
    if (!processes.is_first()) return;
    if (configuration.baseline) add_baselines(configuration, data, comparison);
    const auto json = with_schema("comparison", report::comparison_json(comparison));
    write_file_atomically(again.folder / "comparison.json", json_text(json, 2) + "\n");
    const bool reports = flags.report && !finished.empty();
    if (reports) {
        with_resume_hint(again, [&] { write_comparison_report(again.folder, finished, comparison, data); });
    }
    log::notice(fmt::format("the runs are in {}{}", again.folder.string(), reports ? ": see report.html" : ""));
    out.print(report::comparison_text(comparison));
    auto told = json;  // a folder that is moved keeps its comparison.json true
    told["folder"] = again.folder.string();
    out.write_json(told);
    if (!comparison.diverged.empty()) throw some_diverged(again.folder, comparison.diverged, plan.size());
}

}  // namespace

void add_compare(CLI::App& app) {
    auto* command = app.add_subcommand("compare", "train and test the cells side by side: the tutorial's table");
    auto flags = std::make_shared<SettingFlags>(*command, false);
    command->callback([flags] { run_compare(*flags); });
    command->footer(
        "Examples:\n"
        "  cellwise compare                                the tutorial's comparison on all reviews\n"
        "  cellwise compare --preset clipped --seeds 5     with gradient clipping, mean and deviation of five seeds\n"
        "  cellwise compare --cells lstm,gru --limit 2000 --json -   a quick look, as JSON\n"
        "  mpirun -n 4 cellwise compare --seeds 4 --distributed   the twelve runs shared by four processes\n"
        "  cellwise compare --resume runs/2026-01-31-compare   go on where Ctrl-C, a crash or a full disk ended it");
}

}  // namespace cellwise::cli
