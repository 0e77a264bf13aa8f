#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/customers_fit_flags.h"
#include "cli/commands/customers_models.h"
#include "cli/commands/customers_study.h"
#include "cli/commands/customers_tune_text.h"
#include "cli/commands/study_run.h"
#include "cli/flags/search_flags.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "cli/terminal/resume_hint.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/stop_request.h"
#include "data/tables/synthetic_customers.h"
#include "runs/fresh_folder.h"

namespace cellwise::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* command_name = "customers tune";

struct TuneFlags {
    explicit TuneFlags(CLI::App& command)
        : fit(command),
          search(command, {50, "folds",
                           "the measure to maximise, averaged over the folds: roc_auc (r2 of numbers), accuracy, "
                           "log_loss, …; losses are negated"}) {
        command.add_option("--model", model, "which model")->capture_default_str();
        command.add_option("--folds", folds, "folds of the training part that a trial is judged by")
            ->capture_default_str();
        command.add_option("--output", output, "exactly this folder becomes the study")
            ->type_name("STUDY")
            ->default_str("runs/<date>-tune-<model>");
        command.add_option("--resume", resume, "continue an interrupted study, with its own settings")
            ->type_name("STUDY");
        command.add_flag("--distributed", distributed,
                         "share the trials with the other processes that mpirun or srun started");
        command.add_option("--json", json, "write the result as JSON to a file, or - for standard output")
            ->type_name("FILE");
    }
    CustomersFitFlags fit;
    SearchFlags search;
    std::string model = "xgboost", output, resume, json;
    std::int64_t folds = 5;
    bool distributed = false;
};

/// The flags that hold: what was said, and beyond that what the study to continue with has.
struct Said {
    CLI::App app;
    TuneFlags flags{app};

    Said(const CLI::App& command, const search::Values& stored) {
        auto arguments = arguments_of(command, stored, app);
        try {
            app.parse(std::move(arguments));
        } catch (const CLI::ParseError& error) {
            throw DataError(fmt::format("the study's settings cannot be read: {}", error.what()));
        }
    }
};

TableStudy table_study(const TuneFlags& flags, const customers::ModelKinds& kinds,
                       const distributed::ProcessGroup& processes) {
    constexpr std::int64_t most_folds = 100;
    if (flags.folds < 2 || flags.folds > most_folds) {
        throw UsageError(fmt::format("--folds {}: give a number from 2 to {}", flags.folds, most_folds));
    }
    TableStudy study;
    study.table = flags.fit.table();
    study.source = flags.fit.source(study.table);
    study.target = flags.fit.target(study.table);
    study.settings = flags.fit.settings(study.table);
    study.folds = flags.folds;
    study.threads = flags.fit.threads(processes);
    study.processes = processes.communicator();
    study.kind = customers::chosen_kinds(kinds, std::vector{flags.model}, study.target.is_classification).front();
    customers::require_parameters(*study.kind, {});  // a baseline has none
    if (const auto reason = study.kind->missing(); !reason.empty()) throw EnvironmentError(reason);
    study.metric = customers::tuning_metric(flags.search.metric(), study.target.is_classification);
    const bool chooses = study.settings.threshold.kind != customers::ThresholdRule::Kind::fixed;
    if (chooses && study.target.classes() != 2) {
        throw UsageError("--threshold needs a target of two labels to choose by");
    }
    if (!study.target.is_classification && (study.settings.smote || study.settings.class_weights)) {
        throw UsageError(fmt::format("--smote and --class-weights need labels, and the target '{}' is a number",
                                     study.target.column));
    }
    return study;
}

/// What decides a trial beside its parameters, as the study keeps it.
search::Values context_of(const Said& said, const TableStudy& study) {
    search::Values context{{"command", command_name},
                           {"model", study.kind->name},
                           {"target", study.target.column},
                           {"metric", std::string(study.metric.measure.name)},
                           {"folds", fmt::format("{}", study.folds)},
                           {"table-sha256", study.source.sha256},
                           {"recipe-sha256", sha256(study.settings.recipe.toml())}};
    for (auto& [name, text] : said_to(said.app)) {
        if (name == "seed") continue;  // the sampler's
        const bool is_there = std::any_of(context.begin(), context.end(),
                                          [&, &key = name](const auto& entry) { return entry.first == key; });
        if (!is_there) context.emplace_back(name, std::move(text));
    }
    return context;
}

/// The command that trains the best model.
std::string train_command(const Said& said, const TableStudy& study, const search::Values& best) {
    auto text = fmt::format("{} customers train", shell_word(program_name()));
    auto rest = said_to(said.app);
    for (const auto& [name, value] : rest) {
        if (name == "table") text += " " + shell_word(value);
    }
    text += fmt::format(" --model {}", study.kind->name);
    for (const auto& [name, value] : rest) {
        if (name == "table" || name == "model" || name == "folds" || name == "metric") continue;
        for (std::size_t begin = 0; begin <= value.size();) {
            const auto end = std::min(value.find('\n', begin), value.size());
            const auto one = value.substr(begin, end - begin);
            text += one == "true" ? " --" + name : fmt::format(" --{} {}", name, shell_word(one));
            begin = end + 1;
        }
    }
    for (const auto& [name, value] : customers::with_values({}, best)) {
        text += fmt::format(" \\\n    --set {}.{}={}", study.kind->name, name, shell_word(value));
    }
    return text + " \\\n    --output RUN\n";
}

nlohmann::ordered_json document_of(const TableStudy& about, const search::StudyReport& report,
                                   const std::optional<TestedOnce>& tested, const fs::path& folder) {
    nlohmann::ordered_json document{{"table", about.table.origin},
                                    {"target", about.target.column},
                                    {"kind", about.target.is_classification ? "classification" : "regression"},
                                    {"model", about.kind->name},
                                    {"metric", about.metric.title()},
                                    {"folds", about.folds},
                                    {"study", folder.string()}};
    document.update(search::study_json(report));
    document["test"] = tested ? tested_json(*tested) : nlohmann::ordered_json(nullptr);
    return document;
}

void run_tune(const CLI::App& command, const TuneFlags& given, const customers::ModelKinds& kinds) {
    const distributed::ProcessGroup processes(given.distributed);
    const Output out(given.json);
    std::optional<search::StudySettings> stored;
    std::optional<fs::path> resumed;
    if (!given.resume.empty()) {
        if (!given.output.empty()) throw UsageError("--resume goes on in the study's folder: leave --output out");
        resumed = given.resume;
        stored = stored_study(given.resume, command_name);
    }
    const Said said(command, stored ? said_in(*stored) : search::Values{});
    const auto& flags = said.flags;
    auto about = table_study(flags, kinds, processes);
    const auto builtin = customers::builtin_space(*about.kind);
    const auto settings = flags.search.settings(stored, builtin, about.settings.seed, context_of(said, about));
    require_searchable(settings.space, about);
    const auto budget = flags.search.budget(resumed);
    const fs::path folder =
        processes.from_first((resumed                 ? *resumed
                              : !flags.output.empty() ? fs::path(flags.output)
                                                      : runs::fresh_run_folder("tune-" + about.kind->name))
                                 .string());
    auto study = opened_study(folder, settings, resumed.has_value(), budget, processes);
    const StopRequest stop;
    about.settings.stop = stop.token();
    search::StudyReport report;
    std::optional<TestedOnce> tested;
    with_resume_hint({command_name, folder, given.json}, [&] {
        run_trials(study, about, folder, budget.budget, flags.search.jobs(about.threads, settings.round));
        const auto trials = study.trials();
        const auto place = search::best_trial(trials);
        std::optional<search::Confirmation> confirmation;
        if (place && budget.confirm_seeds > 0) {
            log::notice(fmt::format("default and best are trained again with {} fresh seeds", budget.confirm_seeds));
            const std::vector both{about.default_candidate(),
                                   about.candidate(settings.space.values(trials[*place].point))};
            confirmation = confirmed(about, both, budget.confirm_seeds, *trials[*place].objective);
            if (processes.is_first())
                tested = tested_once(
                    customers::answers_on_test(about.table, about.target, about.settings, both, about.threads),
                    about.metric, about.target);
        }
        if (!processes.is_first()) return;
        report = search::report_of(
            fmt::format("Study of {} on {} ({})", about.kind->title,
                        flags.fit.path().empty() ? about.table.origin : fs::path(flags.fit.path()).filename().string(),
                        about.target.column),
            about.metric.title(), settings, trials, confirmation);
        write_study_report(folder, report);
    });
    if (!processes.is_first()) return;
    auto text = fmt::format("{}: the mean {} of {} folds of the training part\n", report.title, about.metric.title(),
                            about.folds) +
                search::study_text(report);
    if (tested) text += "\n" + tested_text(*tested);
    const auto place = search::best_trial(report.trials);
    if (place && !flags.fit.path().empty()) {
        text += "\nTrain the best one with\n  " +
                train_command(said, about, settings.space.values(report.trials[*place].point));
    }
    out.print(text);
    out.write_json(with_schema("customers-tune", document_of(about, report, tested, folder)));
    log::notice(fmt::format("the study is in {}: see its report.html", folder.string()));
    if (!place) refuse_no_trial(report.trials);
}

}  // namespace

void add_customers_tune(CLI::App& customers, const customers::ModelKinds& kinds) {
    auto* command = customers.add_subcommand(
        "tune", "search a model's parameters on folds of the training part, and say what the best are worth");
    const auto flags = std::make_shared<TuneFlags>(*command);
    add_display_flags(*command);
    command->callback([command, flags, kinds] { run_tune(*command, *flags, kinds); });
    command->footer(
        "Examples:\n"
        "  cellwise customers tune telco.csv --target Churn --model xgboost --budget 50\n"
        "  cellwise customers tune telco.csv --target Churn --model lightgbm --search num_leaves=log:int:3..48 "
        "--search learning_rate=log:0.02..0.3 --time 2m\n"
        "  cellwise customers tune --resume runs/2026-11-27-tune-xgboost   go on where Ctrl-C or a crash ended it");
}

}  // namespace cellwise::cli
