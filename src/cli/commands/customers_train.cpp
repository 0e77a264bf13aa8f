#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/customers_fit_flags.h"
#include "cli/commands/customers_models.h"
#include "cli/commands/report_customers.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/stop_request.h"
#include "tasks/customers/customer_run.h"

namespace cellwise::cli {
namespace {

struct TrainFlags {
    explicit TrainFlags(CLI::App& command) : fit(command) {}
    CustomersFitFlags fit;
    std::string model = "xgboost", output, language = "en", json;
    bool no_report = false;
};

struct Trained {
    customers::CustomerRun run;
    tables::Table table;
};

Trained trained(const TrainFlags& flags, const customers::ModelKinds& kinds) {
    if (flags.fit.path().empty()) {
        throw UsageError(
            "customers train keeps where its table lies: name one, or write one with\n"
            "  cellwise customers synthetic --rows 5000 --output customers.csv");
    }
    customers::require_fresh(flags.output);
    auto table = flags.fit.table();
    const auto target = flags.fit.target(table);
    auto settings = flags.fit.settings(table);
    const StopRequest stop("stopping; nothing will be kept; once more leaves at once");
    settings.stop = stop.token();
    customers::require_kinds(kinds, settings.parameters);
    const auto* kind = customers::chosen_kinds(kinds, std::vector{flags.model}, target.is_classification).front();
    if (const auto reason = kind->missing(); !reason.empty()) throw EnvironmentError(reason);
    const bool needs_two = settings.threshold.kind != customers::ThresholdRule::Kind::fixed;
    if (needs_two && target.classes() != 2) throw UsageError("--threshold needs a target of two labels to choose by");
    const auto split = customers::notes_split(target, settings);
    auto fold = customers::prepare_fold(table, target, split, settings);
    auto fitted = customers::fit_model(*kind, fold, table, target, split, settings);
    if (settings.stop.requested()) {
        throw Interrupted(exit_code_of_stop(settings.stop.cause()), "stopped; nothing was kept");
    }

    const auto answers = fitted.model->predict(customers::view_of(fold.test));
    const double threshold = fitted.threshold;
    auto run = customers::run_of(*kind, std::move(fitted), fold, target, settings, flags.fit.source(table));
    run.figures = target.is_classification
                      ? customers::classification_figures(answers, fold.test_targets, target.classes(), threshold)
                      : customers::regression_figures(answers, fold.test_targets);
    for (const auto position : split.test) {
        run.test_rows.push_back(target.rows[static_cast<std::size_t>(position)]);
    }
    run.test_targets = fold.test_targets;
    run.test_answers = answers;
    run.test = fold.test.rows;
    run.language = customers::parse_language(flags.language);
    return {std::move(run), std::move(table)};
}

void run_train(const TrainFlags& flags, const customers::ModelKinds& kinds) {
    const Output out(flags.json);
    const auto [run, table] = trained(flags, kinds);
    customers::save_run(flags.output, run);
    // The run is whole from here on, whether or not its report is waited for.
    if (!flags.no_report) write_customer_report(flags.output, run, table, flags.fit.threads());
    nlohmann::ordered_json figures = nlohmann::ordered_json::object();
    std::string text;
    for (const auto& metric : customers::metrics_of(run.is_classification)) {
        const auto value = run.figures.*metric.value;
        if (!value) continue;
        figures[std::string(metric.name)] = *value;
        text += fmt::format("{}{} {:.4f}", text.empty() ? "" : ", ", metric.name, *value);
    }
    out.print(fmt::format("{}: trained on {} rows, tested on {}\n{}\nkept in {}{}\n", run.title, run.train, run.test,
                          text, flags.output, flags.no_report ? "" : ": see its report.html"));
    out.write_json(with_schema("customers-train", {{"model", run.kind},
                                                   {"target", run.target},
                                                   {"run", flags.output},
                                                   {"train", run.train},
                                                   {"test", run.test},
                                                   {"threshold", run.threshold},
                                                   {"figures", figures}}));
}

}  // namespace

void add_customers_train(CLI::App& customers, const customers::ModelKinds& kinds) {
    auto* command = customers.add_subcommand(
        "train", "fit one model to the training part of a table, and keep it in a folder with its preparation");
    const auto flags = std::make_shared<TrainFlags>(*command);
    command->add_option("--model", flags->model, "which model")->capture_default_str();
    command->add_option("--output", flags->output, "exactly this folder becomes the run")->type_name("RUN")->required();
    refuse_resume(*command, "train it again, and give --output a new folder or the same one");
    command->add_flag("--no-report", flags->no_report, "write no report.html");
    command->add_option("--language", flags->language, "of the report: en or ko")
        ->check(CLI::IsMember({"en", "ko"}))
        ->capture_default_str();
    command->add_option("--json", flags->json, "write the result as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([flags, kinds] { run_train(*flags, kinds); });
}

}  // namespace cellwise::cli
