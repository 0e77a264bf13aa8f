#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "cli/commands/customers_fit_flags.h"
#include "cli/commands/customers_models.h"
#include "cli/commands/customers_trials.h"
#include "cli/commands/study_run.h"
#include "cli/flags/search_flags.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/stop_request.h"
#include "report/text/table.h"
#include "statistics/cross_validation.h"
#include "statistics/paired.h"
#include "tasks/customers/ensemble.h"

namespace cellwise::cli {
namespace {

namespace fs = std::filesystem;

struct LeaderboardFlags {
    explicit LeaderboardFlags(CLI::App& command) : fit(command) {
        command.add_option("--models", models, "which models, as in logistic,xgboost; all without it")->delimiter(',');
        command.add_option("--budget", budget, "trials for each model, over its built-in space")->capture_default_str();
        command.add_option("--folds", folds, "folds of the training part")->capture_default_str();
        command.add_option("--confirm-seeds", seeds, "fresh fold seeds by which the rows are ranked")
            ->capture_default_str();
        command.add_option("--metric", metric, "roc_auc (r2 of numbers), accuracy, log_loss, …");
        command.add_option("--output", output, "the folder of the studies; the same command again goes on with them")
            ->type_name("DIR")
            ->required();
        command.add_option("--json", json, "write the result as JSON to a file, or - for standard output")
            ->type_name("FILE");
    }
    CustomersFitFlags fit;
    std::vector<std::string> models;
    std::int64_t budget = 20, folds = 5, seeds = 2;
    std::string metric, output, json;
};

/// A line of the leaderboard.
struct LeaderboardRow {
    std::string name, title;
    customers::Candidate candidate;  ///< of the ensemble: none
    std::vector<double> objectives;  ///< of all fresh folds
    std::optional<double> test;
    double seconds = 0;  ///< one fit on the whole training part
    statistics::ResampledSummary summary, behind;
    double p = 1;  ///< Holm's, of the first row's lead
};

struct Board {
    tables::Table table;
    customers::Target target;
    customers::FitSettings settings;
    customers::TuningMetric metric;
    customers::TableSource source;
    std::size_t threads = 1;
};

/// The best parameters of a model's study, which is begun or resumed in its folder.
std::optional<customers::Candidate> tuned(const Board& board, const customers::Candidate& by_default,
                                          const customers::TrainingFolds& folds, const LeaderboardFlags& flags) {
    const auto space = customers::builtin_space(*by_default.kind);
    if (space.empty()) return std::nullopt;
    search::StudySettings settings;
    settings.space = search::Space::parse(space);
    settings.sampler.seed = board.settings.seed;
    settings.context = {{"command", "customers leaderboard"},
                        {"model", by_default.kind->name},
                        {"target", board.target.column},
                        {"metric", std::string(board.metric.measure.name)},
                        {"folds", fmt::format("{}", flags.folds)},
                        {"test-share", fmt::format("{}", board.settings.test_share)},
                        {"stratify", board.settings.stratify ? "true" : "false"},
                        {"smote", board.settings.smote ? "true" : "false"},
                        {"class-weights", board.settings.class_weights ? "true" : "false"},
                        {"recipe-sha256", sha256(board.settings.recipe.toml())},
                        {"table-sha256", board.source.sha256}};
    for (const auto& [name, value] : by_default.parameters) settings.context.emplace_back("set." + name, value);
    const auto folder = fs::path(flags.output) / by_default.kind->name;
    std::error_code code;
    auto study = fs::exists(folder / "study.toml", code) ? search::Study::resume(folder, settings)
                                                         : search::Study::begin(folder, settings);
    log::notice(fmt::format("{}: {} trials", by_default.kind->title, flags.budget));
    const auto with = [&](const search::Values& values) {
        return customers::Candidate{by_default.kind, customers::with_values(by_default.parameters, values)};
    };
    const customers::TrialRuns runs(board.table, board.target, board.settings, board.source, folder);
    run_study(study, table_objective(folds, board.metric, with, runs),
              {{flags.budget, {}, {}},
               on_threads(board.threads),
               board.metric.title(),
               "; the trials are saved: the same command goes on with them",
               board.settings.stop});
    const auto trials = study.trials();
    const auto place = search::best_trial(trials);
    if (!place) return std::nullopt;
    return with(settings.space.values(trials[*place].point));
}

std::vector<LeaderboardRow> candidates_of(const Board& board, const customers::ModelKinds& kinds,
                                          const LeaderboardFlags& flags, const customers::TrainingFolds& folds) {
    std::vector<LeaderboardRow> rows;
    for (const auto* kind : customers::chosen_kinds(kinds, flags.models, board.target.is_classification)) {
        if (const auto reason = kind->missing(); !reason.empty()) {
            log::warning(fmt::format("{} is left out: {}", kind->title, reason));
            continue;
        }
        const auto found = board.settings.parameters.find(kind->name);
        const customers::Candidate plain{
            kind, found == board.settings.parameters.end() ? customers::Parameters{} : found->second};
        rows.push_back({kind->name, kind->title, plain, {}, {}, 0, {}, {}, 1});
        if (kind->is_baseline) continue;
        if (auto best = tuned(board, plain, folds, flags)) {
            rows.push_back({kind->name + "_tuned", kind->title + ", tuned", std::move(*best), {}, {}, 0, {}, {}, 1});
        }
    }
    if (rows.empty()) throw EnvironmentError("no model can be used here");
    return rows;
}

/// Fills in the figures of the fresh folds and of the test part; the ensemble's row is added.
void judge(std::vector<LeaderboardRow>& rows, const std::vector<double>& weights, const Board& board,
           const LeaderboardFlags& flags) {
    std::vector<customers::Candidate> candidates;
    for (const auto& row : rows) candidates.push_back(row.candidate);
    LeaderboardRow ensemble{"ensemble", "Ensemble", {}, {}, {}, 0, {}, {}, 1};
    const auto mixed = [&](const auto& answers_of) {
        std::vector<const std::vector<double>*> columns;
        for (std::size_t i = 0; i < candidates.size(); ++i) columns.push_back(&answers_of(i));
        return customers::weighted_answers(columns, weights);
    };
    for (const auto seed : fresh_seeds(board.settings.seed, flags.seeds)) {
        const customers::TrainingFolds folds(board.table, board.target, board.settings, flags.folds, seed,
                                             board.threads);
        const auto all = customers::answers_over_folds(folds, candidates, board.threads);
        for (std::size_t fold = 0; fold < folds.size(); ++fold) {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                rows[i].objectives.push_back(board.metric.objective(all[i][fold].figures));
            }
            const auto answers =
                mixed([&](std::size_t i) -> const std::vector<double>& { return all[i][fold].answers; });
            ensemble.objectives.push_back(board.metric.objective(folds.figures(answers, fold, 0.5)));
        }
    }
    const auto test = customers::answers_on_test(board.table, board.target, board.settings, candidates, board.threads);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].test = board.metric.objective(test.candidates[i].figures);
        rows[i].seconds = test.candidates[i].seconds;
        ensemble.seconds += weights[i] > 0 ? rows[i].seconds : 0;
    }
    const auto answers = mixed([&](std::size_t i) -> const std::vector<double>& { return test.candidates[i].answers; });
    ensemble.test =
        board.metric.objective(board.target.is_classification
                                   ? customers::classification_figures(answers, test.truth, board.target.classes(), 0.5)
                                   : customers::regression_figures(answers, test.truth));
    rows.push_back(std::move(ensemble));
}

/// The best first; what each is behind it, over the same folds.
void rank(std::vector<LeaderboardRow>& rows, std::int64_t folds) {
    const double ratio = 1 / static_cast<double>(folds - 1);
    for (auto& row : rows) row.summary = statistics::resampled_summary(row.objectives, ratio);
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& one, const auto& other) { return one.summary.mean > other.summary.mean; });
    std::vector<double> p;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        std::vector<double> behind;
        for (std::size_t fold = 0; fold < rows[i].objectives.size(); ++fold) {
            behind.push_back(rows[0].objectives[fold] - rows[i].objectives[fold]);
        }
        rows[i].behind = statistics::resampled_summary(behind, ratio);
        p.push_back(rows[i].behind.p_value);
    }
    const auto corrected = statistics::holm(p);
    for (std::size_t i = 1; i < rows.size(); ++i) rows[i].p = corrected[i - 1];
}

bool is_like_first(const std::vector<LeaderboardRow>& rows, std::size_t place) {
    return place == 0 || !(rows[place].p < 0.05);
}

std::string board_text(const Board& board, const std::vector<LeaderboardRow>& rows,
                       const std::vector<std::pair<std::string, double>>& weights, const LeaderboardFlags& flags) {
    using Align = report::Table::Align;
    report::Table table({{"model", Align::left},
                         {board.metric.title()},
                         {"95% interval"},
                         {"test"},
                         {"s a fit"},
                         {"verdict", Align::left}});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        table.add_row({row.title, fmt::format("{:.4f}", row.summary.mean),
                       fmt::format("{:.4f} to {:.4f}", row.summary.interval.low, row.summary.interval.high),
                       fmt::format("{:.4f}", *row.test), fmt::format("{:.2f}", row.seconds),
                       i == 0                   ? ""
                       : is_like_first(rows, i) ? "like the first"
                                                : "behind"});
    }
    auto text =
        fmt::format("{}, target {}: ranked by {} new folds of the training part\n{}\nEnsemble:", board.table.origin,
                    board.target.column, flags.folds * flags.seeds, table.text());
    for (const auto& [title, weight] : weights) text += fmt::format("\n  {:.2f} {}", weight, title);
    return text +
           "\nLike the first: no telling them apart at 5%, after Holm's correction. The weights come from\nrows that "
           "the models did not learn from.\n";
}

nlohmann::ordered_json board_json(const Board& board, const std::vector<LeaderboardRow>& rows,
                                  const std::vector<std::pair<std::string, double>>& weights,
                                  const LeaderboardFlags& flags) {
    nlohmann::ordered_json document{{"table", board.table.origin},
                                    {"target", board.target.column},
                                    {"metric", board.metric.title()},
                                    {"folds", flags.folds},
                                    {"seeds", fresh_seeds(board.settings.seed, flags.seeds)},
                                    {"rows", nlohmann::ordered_json::array()},
                                    {"weights", nlohmann::ordered_json::array()}};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
        for (const auto& [name, value] : row.candidate.parameters) parameters[name] = value;
        document["rows"].push_back({{"name", row.name},
                                    {"parameters", parameters},
                                    {"mean", row.summary.mean},
                                    {"low", row.summary.interval.low},
                                    {"high", row.summary.interval.high},
                                    {"test", *row.test},
                                    {"seconds", row.seconds},
                                    {"behind", row.behind.mean},
                                    {"p", row.p},
                                    {"like_first", is_like_first(rows, i)}});
    }
    for (const auto& [name, weight] : weights) document["weights"].push_back({{"name", name}, {"weight", weight}});
    return document;
}

void run_leaderboard(const LeaderboardFlags& flags, const customers::ModelKinds& kinds) {
    const Output out(flags.json);
    if (flags.folds < 2) throw UsageError(fmt::format("--folds {}: give a number from 2", flags.folds));
    if (flags.budget < 1) throw UsageError(fmt::format("--budget {}: give a number from 1", flags.budget));
    if (flags.seeds < 1) throw UsageError(fmt::format("--confirm-seeds {}: give a number from 1", flags.seeds));
    Board board;
    board.table = flags.fit.table();
    board.target = flags.fit.target(board.table);
    board.settings = flags.fit.settings(board.table);
    board.source = flags.fit.source(board.table);
    board.threads = flags.fit.threads();
    board.metric = customers::tuning_metric(flags.metric, board.target.is_classification);
    const StopRequest stop;
    board.settings.stop = stop.token();
    const customers::TrainingFolds folds(board.table, board.target, board.settings, flags.folds, board.settings.seed,
                                         board.threads);
    auto rows = candidates_of(board, kinds, flags, folds);
    std::vector<customers::Candidate> candidates;
    for (const auto& row : rows) candidates.push_back(row.candidate);
    const auto answers = customers::answers_over_folds(folds, candidates, board.threads);
    const auto weights = customers::ensemble_weights(folds, answers, board.metric, board.threads);
    std::vector<std::pair<std::string, double>> titled, named;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (weights[i] == 0) continue;
        titled.emplace_back(rows[i].title, weights[i]);
        named.emplace_back(rows[i].name, weights[i]);
    }
    judge(rows, weights, board, flags);
    rank(rows, flags.folds);
    out.print(board_text(board, rows, titled, flags));
    out.write_json(with_schema("customers-leaderboard", board_json(board, rows, named, flags)));
}

}  // namespace

void add_customers_leaderboard(CLI::App& customers, const customers::ModelKinds& kinds) {
    auto* command = customers.add_subcommand(
        "leaderboard", "tune every model, weigh them into an ensemble, and say which cannot be told apart");
    const auto flags = std::make_shared<LeaderboardFlags>(*command);
    add_display_flags(*command);
    command->callback([flags, kinds] { run_leaderboard(*flags, kinds); });
}

}  // namespace cellwise::cli
