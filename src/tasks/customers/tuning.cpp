#include "tasks/customers/tuning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/edit_distance.h"
#include "core/error.h"
#include "core/parallel_for.h"
#include "core/stopwatch.h"

namespace cellwise::customers {
namespace {

std::string with_underscores(std::string name) {
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

std::vector<std::string> network_space() {
    return {"hidden_size=16,32,64,128", "learning_rate=log:0.0005..0.05", "weight_decay=log:0.0001..0.3",
            "dropout=0..0.5", "epochs=int:5..40"};
}

void stop_if_asked(const StopToken& stop) {
    if (!stop.requested()) return;
    throw Interrupted(exit_code_of_stop(stop.cause()), fmt::format("stopped by {}", name_of_stop(stop.cause())));
}

/// Means, each measure by itself.
Figures mean_figures(std::span<const Figures> all) {
    Figures means;
    const auto fill = [&](const Metric& metric) {
        double sum = 0;
        for (const auto& figures : all) {
            const auto value = figures.*metric.value;
            if (!value) return;
            sum += *value;
        }
        means.*metric.value = sum / static_cast<double>(all.size());
    };
    for (const bool is_classification : {true, false}) {
        for (const auto& metric : metrics_of(is_classification)) fill(metric);
    }
    return means;
}

Figures figures_of(std::span<const double> answers, const std::vector<double>& truth, const Target& target,
                   double threshold) {
    return target.is_classification ? classification_figures(answers, truth, target.classes(), threshold)
                                    : regression_figures(answers, truth);
}

}  // namespace

std::string TuningMetric::title() const {
    return fmt::format("{}{}", measure.larger_is_better ? "" : "neg_", measure.name);
}

double TuningMetric::objective(const Figures& figures) const {
    const auto value = figures.*measure.value;
    if (!value) throw DataError(fmt::format("{} is undefined on a fold: a label is too rare in it", measure.name));
    return sign() * *value;
}

TuningMetric tuning_metric(const std::string& name, bool is_classification) {
    const auto wanted = name.empty() ? (is_classification ? "roc_auc" : "r2") : with_underscores(name);
    std::vector<std::string> names;
    for (const auto& metric : metrics_of(is_classification)) {
        if (metric.name == wanted) return {metric};
        names.emplace_back(metric.name);
    }
    throw UsageError(fmt::format("--metric: a target of {} has no measure '{}': {}{}",
                                 is_classification ? "labels" : "numbers", name, fmt::join(names, ", "),
                                 did_you_mean(wanted, names)));
}

std::vector<std::string> builtin_space(const ModelKind& kind) {
    static const std::map<std::string, std::vector<std::string>, std::less<>> spaces{
        {"logistic", {"C=log:0.0001..100"}},
        {"ridge", {"alpha=log:0.001..10000"}},
        {"random_forest",
         {"n_estimators=int:50..300", "max_depth=int:3..20", "min_samples_leaf=log:int:1..50", "max_features=0.1..1"}},
        {"xgboost",
         {"n_estimators=int:50..300", "learning_rate=log:0.02..0.3", "max_depth=int:1..6", "min_child_weight=log:1..30",
          "subsample=0.5..1", "colsample_bytree=0.3..1", "reg_lambda=log:0.1..30"}},
        {"lightgbm",
         {"n_estimators=int:50..300", "learning_rate=log:0.02..0.3", "num_leaves=log:int:3..48",
          "min_child_samples=log:int:5..100", "colsample_bytree=0.3..1", "reg_lambda=log:0.01..30"}},
        {"mlp", network_space()},
        {"cnn", network_space()},
        {"lstm", network_space()}};
    const auto found = spaces.find(kind.name);
    return found == spaces.end() ? std::vector<std::string>{} : found->second;
}

void require_parameters(const ModelKind& kind, std::span<const std::string> names) {
    if (kind.is_baseline) throw UsageError(fmt::format("{} has nothing to tune: name another --model", kind.name));
    if (kind.parameters.empty()) return;
    for (const auto& name : names) {
        const auto wanted = with_underscores(name);
        if (std::find(kind.parameters.begin(), kind.parameters.end(), wanted) != kind.parameters.end()) continue;
        const auto near = nearest_word(wanted, kind.parameters);
        throw UsageError(fmt::format(
            "--search {}: {} has no parameter of this name{}", name, kind.name,
            near ? fmt::format("; did you mean '{}'?", *near) : fmt::format(": {}", fmt::join(kind.parameters, ", "))));
    }
}

Parameters with_values(Parameters parameters, std::span<const std::pair<std::string, std::string>> values) {
    for (const auto& [name, value] : values) parameters[with_underscores(name)] = value;
    return parameters;
}

TrainingFolds::TrainingFolds(const tables::Table& table, const Target& target, const FitSettings& settings,
                             std::int64_t folds, std::uint64_t seed, std::size_t threads)
    : table_(table), part_(part_of(target, notes_split(target, settings).train)), settings_(settings) {
    settings_.seed = seed;
    splits_ = cross_validation_splits(part_, folds, 1, seed);
    std::vector<std::optional<PreparedFold>> prepared(splits_.size());
    parallel_for(splits_.size(), static_cast<int>(threads), [&](std::size_t fold) {
        stop_if_asked(settings_.stop);
        prepared[fold].emplace(prepare_fold(table_, part_, splits_[fold], settings_));
    });
    for (auto& fold : prepared) folds_.push_back(std::move(*fold));
}

Figures TrainingFolds::figures(std::span<const double> answers, std::size_t fold, double threshold) const {
    return figures_of(answers, folds_[fold].test_targets, part_, threshold);
}

FoldAnswers TrainingFolds::fit(const Candidate& candidate, std::size_t fold) const {
    auto settings = settings_;
    settings.parameters[candidate.kind->name] = candidate.parameters;
    const Stopwatch watch;
    const auto fitted = fit_model(*candidate.kind, folds_[fold], table_, part_, splits_[fold], settings);
    FoldAnswers result;
    result.answers = fitted.model->predict(view_of(folds_[fold].test));
    result.seconds = watch.seconds();
    result.figures = figures(result.answers, fold, fitted.threshold);
    return result;
}

FoldMeans fold_means(const TrainingFolds& folds, const Candidate& candidate, const TuningMetric& metric,
                     const std::function<bool(std::int64_t, double)>& on_fold) {
    FoldMeans means;
    std::vector<Figures> all;
    double sum = 0;
    for (std::size_t fold = 0; fold < folds.size(); ++fold) {
        stop_if_asked(folds.stop());
        all.push_back(folds.fit(candidate, fold).figures);
        sum += metric.objective(all.back());
        means.folds = static_cast<std::int64_t>(fold + 1);
        means.objective = sum / static_cast<double>(means.folds);
        if (!on_fold(means.folds, means.objective)) break;
    }
    means.figures = mean_figures(all);
    return means;
}

std::vector<std::vector<FoldAnswers>> answers_over_folds(const TrainingFolds& folds,
                                                         std::span<const Candidate> candidates, std::size_t threads,
                                                         const std::function<void()>& done) {
    std::vector<std::vector<FoldAnswers>> all(candidates.size(), std::vector<FoldAnswers>(folds.size()));
    parallel_for(candidates.size() * folds.size(), static_cast<int>(threads), [&](std::size_t job) {
        stop_if_asked(folds.stop());
        const auto candidate = job % candidates.size(), fold = job / candidates.size();
        all[candidate][fold] = folds.fit(candidates[candidate], fold);
        if (done) done();
    });
    return all;
}

TestAnswers answers_on_test(const tables::Table& table, const Target& target, const FitSettings& settings,
                            std::span<const Candidate> candidates, std::size_t threads) {
    const auto split = notes_split(target, settings);
    const auto fold = prepare_fold(table, target, split, settings);
    TestAnswers all{std::vector<FoldAnswers>(candidates.size()), std::vector<double>(candidates.size()),
                    fold.test_targets};
    parallel_for(candidates.size(), static_cast<int>(threads), [&](std::size_t i) {
        stop_if_asked(settings.stop);
        auto own = settings;
        own.parameters[candidates[i].kind->name] = candidates[i].parameters;
        auto& result = all.candidates[i];
        const Stopwatch watch;
        const auto fitted = fit_model(*candidates[i].kind, fold, table, target, split, own);
        result.answers = fitted.model->predict(view_of(fold.test));
        result.seconds = watch.seconds();
        result.figures = figures_of(result.answers, fold.test_targets, target, fitted.threshold);
        all.thresholds[i] = fitted.threshold;
    });
    return all;
}

}  // namespace cellwise::customers
