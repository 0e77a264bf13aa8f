#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/customers_fit_flags.h"
#include "cli/commands/customers_models.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/hash.h"
#include "tasks/customers/customer_run.h"

namespace cellwise::cli {
namespace {

struct TrainFlags {
    explicit TrainFlags(CLI::App& command) : fit(command) {}
    CustomersFitFlags fit;
    std::string model = "xgboost", output, json;
};

customers::CustomerRun fitted_run(const TrainFlags& flags, const customers::ModelKinds& kinds) {
    if (flags.fit.path().empty()) {
        throw UsageError(
            "customers train keeps where its table lies: name one, or write one with\n"
            "  cellwise customers synthetic --rows 5000 --output customers.csv");
    }
    const auto table = flags.fit.table();
    const auto target = flags.fit.target(table);
    const auto settings = flags.fit.settings(table);
    const auto* kind = customers::chosen_kinds(kinds, std::vector{flags.model}, target.is_classification).front();
    if (const auto reason = kind->missing(); !reason.empty()) throw EnvironmentError(reason);
    const bool needs_two = settings.threshold.kind != customers::ThresholdRule::Kind::fixed;
    if (needs_two && target.classes() != 2) throw UsageError("--threshold needs a target of two labels to choose by");
    const auto split = customers::notes_split(target, settings);
    auto fold = customers::prepare_fold(table, target, split, settings);
    auto fitted = customers::fit_model(*kind, fold, table, target, split, settings);

    customers::CustomerRun run;
    run.kind = kind->name;
    run.title = kind->title;
    run.threshold = fitted.threshold;
    run.target = target.column;
    run.is_classification = target.is_classification;
    run.labels = target.labels;
    run.id_column = flags.fit.id_column(table);
    run.table = std::filesystem::absolute(flags.fit.path()).lexically_normal().string();
    run.table_sha256 = sha256_file(flags.fit.path());
    run.read = flags.fit.read_options();
    run.read.kinds.clear();
    for (const auto& column : table.columns) run.read.kinds.emplace_back(column.name, column.kind);
    run.test_share = settings.test_share;
    run.seed = settings.seed;
    run.stratify = settings.stratify;
    const auto answers = fitted.model->predict(customers::view_of(fold.test));
    run.figures = target.is_classification ? customers::classification_figures(answers, fold.test_targets,
                                                                               target.classes(), fitted.threshold)
                                           : customers::regression_figures(answers, fold.test_targets);
    run.train = static_cast<std::int64_t>(fold.train_rows.size());
    run.test = fold.test.rows;
    run.model = std::move(fitted.model);
    run.preparation = std::move(fold.preparation);
    return run;
}

void run_train(const TrainFlags& flags, const customers::ModelKinds& kinds) {
    const Output out(flags.json);
    const auto run = fitted_run(flags, kinds);
    customers::save_run(flags.output, run, kinds);
    nlohmann::ordered_json figures = nlohmann::ordered_json::object();
    std::string text;
    for (const auto& metric : customers::metrics_of(run.is_classification)) {
        const auto value = run.figures.*metric.value;
        if (!value) continue;
        figures[std::string(metric.name)] = *value;
        text += fmt::format("{}{} {:.4f}", text.empty() ? "" : ", ", metric.name, *value);
    }
    out.print(fmt::format("{}: trained on {} rows, tested on {}\n{}\nkept in {}\n", run.title, run.train, run.test,
                          text, flags.output));
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
    command->add_option("--json", flags->json, "write the result as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([flags, kinds] { run_train(*flags, kinds); });
}

}  // namespace cellwise::cli
