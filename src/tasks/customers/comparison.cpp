#include "tasks/customers/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "core/error.h"
#include "core/parallel_for.h"
#include "core/stopwatch.h"
#include "statistics/classification.h"
#include "tasks/customers/differences.h"
#include "tasks/customers/shared_fits.h"

namespace cellwise::customers {
namespace {

/// All splits with all models. A split is prepared by whoever comes first and let go by whoever leaves last.
class Fits {
public:
    Fits(const tables::Table& table, const Target& target, std::vector<const ModelKind*> kinds,
         const ComparisonSettings& settings)
        : table_(table), target_(target), settings_(settings) {
        splits_.push_back(notes_split(target, settings.fit));
        if (settings.folds > 0) {
            for (auto& split : cross_validation_splits(target, settings.folds, settings.repeats, settings.fit.seed)) {
                splits_.push_back(std::move(split));
            }
        }
        kinds_ = std::move(kinds);
        order_.resize(kinds_.size());
        for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
        std::stable_sort(order_.begin(), order_.end(),
                         [&](auto one, auto other) { return kinds_[one]->cost > kinds_[other]->cost; });
        prepared_ = std::vector<Shared>(splits_.size());
        results_.resize(splits_.size() * kinds_.size());
    }

    void run(const std::function<void(std::size_t, std::size_t)>& done) {
        const auto& stop = settings_.fit.stop;
        std::vector<std::size_t> own;  // of this process, in the order of the jobs
        for (std::size_t job = 0; job < results_.size(); ++job) {
            if (!is_own(job)) continue;
            own.push_back(job);
            ++prepared_[job / kinds_.size()].expected;
        }
        std::atomic<std::size_t> finished{0};
        std::optional<Interrupted> stopped;
        try {
            parallel_for(own.size(), static_cast<int>(settings_.threads), [&](std::size_t place) {
                if (stop.requested()) {
                    throw Interrupted(exit_code_of_stop(stop.cause()), "stopped; nothing was kept");
                }
                const auto split = own[place] / kinds_.size(), model = order_[own[place] % kinds_.size()];
                results_[split * kinds_.size() + model] = fit(split, *kinds_[model]);
                auto& shared = prepared_[split];
                if (++shared.left == shared.expected) shared.fold.reset();
                if (done) done(++finished, own.size());
            });
        } catch (const Interrupted& error) {
            stopped = error;
        }
        // A process that has ended its fits waits here for one that was stopped.
        if (settings_.processes != nullptr && settings_.processes->any(stopped.has_value()) && !stopped) {
            stopped.emplace(exit_code_of_stop(stop.cause()), "stopped; nothing was kept");
        }
        if (stopped) throw Interrupted(*stopped);
        if (settings_.processes != nullptr) exchange(own);
    }

    [[nodiscard]] const FitResult& result(std::size_t split, std::size_t model) const {
        return results_[split * kinds_.size() + model];
    }
    [[nodiscard]] const std::vector<tables::Split>& splits() const { return splits_; }
    /// What is told of the notes' split.
    [[nodiscard]] const Comparison& facts() const { return facts_; }

private:
    struct Shared {
        std::once_flag once;
        std::unique_ptr<PreparedFold> fold;
        std::atomic<std::size_t> left{0};
        std::size_t expected = 0;  // fits of this process
    };

    /// Dealt round, beginning with another process for each split, so that the long fits are spread.
    [[nodiscard]] bool is_own(std::size_t job) const {
        if (settings_.processes == nullptr) return true;
        const auto size = static_cast<std::size_t>(settings_.processes->size());
        return (job + job / kinds_.size()) % size == static_cast<std::size_t>(settings_.processes->rank());
    }

    /// Every process gets the others' results.
    void exchange(const std::vector<std::size_t>& own) {
        std::vector<PlacedFit> placed;
        for (const auto job : own) {
            const auto place = job / kinds_.size() * kinds_.size() + order_[job % kinds_.size()];
            placed.push_back({place, results_[place]});
        }
        for (auto& fit : exchange_fits(*settings_.processes, placed)) results_[fit.place] = std::move(fit.result);
    }

    FitResult fit(std::size_t index, const ModelKind& kind) {
        auto& shared = prepared_[index];
        std::call_once(shared.once, [&] {
            shared.fold = std::make_unique<PreparedFold>(prepare_fold(table_, target_, splits_[index], settings_.fit));
            if (index == 0) note(*shared.fold);
        });
        const auto& fold = *shared.fold;
        const Stopwatch watch;
        const auto fitted = fit_model(kind, fold, table_, target_, splits_[index], settings_.fit);
        FitResult result;
        result.answers = fitted.model->predict(view_of(fold.test));
        result.seconds = watch.seconds();
        result.threshold = fitted.threshold;
        result.figures = target_.is_classification ? classification_figures(result.answers, fold.test_targets,
                                                                            target_.classes(), fitted.threshold)
                                                   : regression_figures(result.answers, fold.test_targets);
        if (index > 0) result.answers.clear();
        return result;
    }

    void note(const PreparedFold& fold) {
        facts_.train = static_cast<std::int64_t>(fold.train_rows.size());
        facts_.removed = static_cast<std::int64_t>(splits_[0].train.size()) - facts_.train;
        facts_.test = fold.test.rows;
        facts_.made_up = fold.made_up;
        facts_.features = fold.train.names.size();
        facts_.left_out = fold.preparation.features().left_out();
    }

    const tables::Table& table_;
    const Target& target_;
    const ComparisonSettings& settings_;
    std::vector<const ModelKind*> kinds_;
    std::vector<std::size_t> order_;  // of the kinds: long fits first
    std::vector<tables::Split> splits_;
    std::vector<Shared> prepared_;
    std::vector<FitResult> results_;  // [splits, kinds]
    Comparison facts_;
};

ModelResult model_result(const ModelKind& kind, const FitResult& fit, const std::vector<double>& truth,
                         const Target& target) {
    ModelResult result{kind.name,     kind.title, "", kind.is_baseline, fit.figures, fit.seconds,
                       fit.threshold, {},         {}, fit.answers};
    if (!target.is_classification) return result;
    const auto right = static_cast<std::size_t>(*fit.figures.accuracy * static_cast<double>(truth.size()) + 0.5);
    result.accuracy_interval = statistics::wilson_interval(right, truth.size());
    if (target.classes() == 2) {
        std::vector<double> probabilities;
        for (const double answer : fit.answers) probabilities.push_back(std::clamp(answer, 0.0, 1.0));
        const std::vector<std::uint8_t> labels(truth.begin(), truth.end());
        if (const auto area = statistics::roc_area({probabilities, labels})) result.roc_auc_interval = area->interval;
    }
    return result;
}

/// A result that is too good to be true, in both languages.
void add_leak_notice(Comparison& comparison, double leak_auc) {
    for (const auto& model : comparison.models) {
        const auto& figures = model.figures;
        if (figures.roc_auc && *figures.roc_auc >= leak_auc) {
            comparison.notices.push_back(fmt::format(
                "{} has an area under the ROC curve of {:.4f}, which is too good to be true for most questions "
                "(--leak-auc {}): look for a column that knows the answer, with customers describe --target {}",
                model.title, *figures.roc_auc, leak_auc, comparison.target));
            comparison.notices_korean.push_back(
                fmt::format("{} 모델의 ROC AUC {:.4f}는 대부분의 문제에서 믿기 어려울 만큼 좋습니다(--leak-auc {}): "
                            "답을 미리 아는 열이 있는지 customers describe --target {}로 살펴보십시오",
                            model.title, *figures.roc_auc, leak_auc, comparison.target));
            return;
        }
        if (figures.r2 && *figures.r2 >= 0.995) {
            comparison.notices.push_back(
                fmt::format("{} explains {:.2f}% of the target's variation, which is too good to be true for most "
                            "questions: look for a "
                            "column that knows the answer, with customers describe --target {}",
                            model.title, 100 * *figures.r2, comparison.target));
            comparison.notices_korean.push_back(
                fmt::format("{} 모델이 목표 변동의 {:.2f}%를 설명합니다. 대부분의 문제에서 믿기 어려울 만큼 좋습니다: "
                            "답을 미리 아는 열이 있는지 customers describe --target {}로 살펴보십시오",
                            model.title, 100 * *figures.r2, comparison.target));
            return;
        }
    }
}

void add_notices(Comparison& comparison, double leak_auc) {
    add_leak_notice(comparison, leak_auc);
    if (comparison.missing_targets == 0) return;
    comparison.notices.push_back(
        fmt::format("{} rows without a value of '{}' are left out", comparison.missing_targets, comparison.target));
    comparison.notices_korean.push_back(
        fmt::format("'{1}' 값이 없는 {0}개 행은 뺐습니다", comparison.missing_targets, comparison.target));
}

}  // namespace

Comparison compare(const tables::Table& table, const Target& target, const ModelKinds& kinds,
                   const ComparisonSettings& settings, const std::function<void(std::size_t, std::size_t)>& done) {
    if (settings.fit.threshold.kind != ThresholdRule::Kind::fixed &&
        (!target.is_classification || target.classes() != 2)) {
        throw UsageError(fmt::format("--threshold {} needs a target of two labels", settings.fit.threshold.text()));
    }
    if ((settings.fit.smote || settings.fit.class_weights) && !target.is_classification) {
        throw UsageError(fmt::format("--{} needs labels, and the target '{}' is a number",
                                     settings.fit.smote ? "smote" : "class-weights", target.column));
    }
    require_kinds(kinds, settings.fit.parameters);
    const auto chosen = chosen_kinds(kinds, settings.models, target.is_classification);
    std::vector<const ModelKind*> usable;
    std::vector<std::string> reasons;
    for (const auto* kind : chosen) {
        reasons.push_back(kind->missing());
        if (reasons.back().empty()) usable.push_back(kind);
    }
    if (usable.empty()) throw EnvironmentError(reasons.empty() ? "no model was chosen" : reasons.front());
    Fits fits(table, target, usable, settings);
    fits.run(done);

    Comparison comparison = fits.facts();
    comparison.origin = table.origin;
    comparison.target = target.column;
    comparison.is_classification = target.is_classification;
    comparison.labels = target.labels;
    comparison.missing_targets = target.missing;
    comparison.folds = settings.folds;
    comparison.repeats = settings.folds > 0 ? settings.repeats : 0;
    const auto& split = fits.splits().front();
    std::vector<double> truth;
    for (const auto position : split.test) {
        truth.push_back(target.values[static_cast<std::size_t>(position)]);
        if (comparison.test_rows.size() < 20) {
            comparison.test_rows.push_back(target.rows[static_cast<std::size_t>(position)]);
        }
    }
    std::vector<FoldFigures> folds;
    for (std::size_t i = 0, model = 0; i < chosen.size(); ++i) {
        if (!reasons[i].empty()) {
            comparison.models.push_back({chosen[i]->name, chosen[i]->title, reasons[i], false, {}, 0, 0.5, {}, {}, {}});
            continue;
        }
        comparison.models.push_back(model_result(*chosen[i], fits.result(0, model), truth, target));
        folds.push_back({chosen[i]->name, {}});
        for (std::size_t fold = 1; fold < fits.splits().size(); ++fold) {
            folds.back().figures.push_back(fits.result(fold, model).figures);
        }
        ++model;
    }
    if (settings.folds > 0) {
        const double ratio = 1 / static_cast<double>(settings.folds - 1);  // tested over trained
        comparison.cross_validation = over_folds(folds, target.is_classification, ratio);
        comparison.differences = differences_over_folds(folds, target.is_classification, ratio);
    }
    comparison.split_differences = differences_on_split(comparison.models, truth, target.classes());
    add_notices(comparison, settings.leak_auc);
    return comparison;
}

}  // namespace cellwise::customers
