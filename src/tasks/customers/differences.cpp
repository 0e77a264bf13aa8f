#include "tasks/customers/differences.h"

#include <algorithm>

#include "statistics/cross_validation.h"
#include "statistics/paired.h"
#include "statistics/paired_classifiers.h"

namespace cellwise::customers {
namespace {

/// Gives the differences Holm's p and their verdicts.
void correct(std::span<Difference> differences, bool larger_is_better) {
    std::vector<double> p;
    for (const auto& difference : differences) p.push_back(difference.p_uncorrected);
    const auto corrected = statistics::holm(p);
    for (std::size_t i = 0; i < differences.size(); ++i) {
        differences[i].p = corrected[i];
        differences[i].verdict = verdict_of(differences[i].mean, corrected[i], larger_is_better);
    }
}

/// Calls visit(a, b) for every pair.
template <class Visit>
void for_each_pair(std::size_t count, Visit&& visit) {
    for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t b = a + 1; b < count; ++b) visit(a, b);
    }
}

std::vector<std::uint8_t> right_answers(const ModelResult& model, const std::vector<double>& truth,
                                        std::size_t classes) {
    const auto predicted = predicted_classes(model.answers, classes, model.threshold);
    std::vector<std::uint8_t> right;
    for (std::size_t row = 0; row < truth.size(); ++row) right.push_back(predicted[row] == truth[row] ? 1 : 0);
    return right;
}

}  // namespace

std::string verdict_of(double difference, double p, bool larger_is_better) {
    if (!(p < 0.05) || difference == 0) return "cannot be told apart";
    return (difference > 0) == larger_is_better ? "a is better" : "b is better";
}

std::vector<CrossValidated> over_folds(std::span<const FoldFigures> models, bool is_classification,
                                       double test_over_train) {
    std::vector<CrossValidated> all;
    for (const auto& model : models) {
        for (const auto& metric : metrics_of(is_classification)) {
            std::vector<double> values;
            for (const auto& figures : model.figures) {
                if (const auto value = figures.*metric.value) values.push_back(*value);
            }
            if (values.size() < 2) continue;  // undefined in the folds: a class is too rare
            const auto summary = statistics::resampled_summary(values, test_over_train);
            all.push_back({model.name, std::string(metric.name), values.size(), summary.mean,
                           summary.standard_deviation, summary.interval.low, summary.interval.high});
        }
    }
    return all;
}

std::vector<Difference> differences_over_folds(std::span<const FoldFigures> models, bool is_classification,
                                               double test_over_train) {
    std::vector<Difference> all;
    for (const auto& metric : metrics_of(is_classification)) {
        if (metric.name != "accuracy" && metric.name != "roc_auc" && metric.name != "r2") continue;
        const auto begin = all.size();
        for_each_pair(models.size(), [&](std::size_t a, std::size_t b) {
            std::vector<double> differences;
            for (std::size_t fold = 0; fold < models[a].figures.size(); ++fold) {
                const auto first = models[a].figures[fold].*metric.value,
                           second = models[b].figures[fold].*metric.value;
                if (first && second) differences.push_back(*first - *second);
            }
            if (differences.size() < 2) return;
            const auto summary = statistics::resampled_summary(differences, test_over_train);
            all.push_back({models[a].name, models[b].name, std::string(metric.name), summary.mean, summary.interval.low,
                           summary.interval.high, summary.p_value, 1, ""});
        });
        correct(std::span(all).subspan(begin), metric.larger_is_better);
    }
    return all;
}

std::vector<Difference> paired_differences(std::span<const JudgedAnswers> answers,
                                           const std::vector<std::uint8_t>& labels) {
    std::vector<Difference> all;
    for_each_pair(answers.size(), [&](std::size_t a, std::size_t b) {
        const auto test = statistics::mcnemar_test(answers[a].right, answers[b].right);
        all.push_back({answers[a].name, answers[b].name, "accuracy", test.difference, test.interval.low,
                       test.interval.high, test.p_value, 1, ""});
    });
    correct(all, true);
    const auto begin = all.size();
    for_each_pair(answers.size(), [&](std::size_t a, std::size_t b) {
        if (answers[a].probabilities.empty() || answers[b].probabilities.empty()) return;
        const auto test = statistics::compare_areas(answers[a].probabilities, answers[b].probabilities, labels);
        if (!test) return;
        all.push_back({answers[a].name, answers[b].name, "roc_auc", test->difference, test->interval.low,
                       test->interval.high, test->p_value, 1, ""});
    });
    correct(std::span(all).subspan(begin), true);
    return all;
}

std::vector<Difference> differences_on_split(std::span<const ModelResult> models, const std::vector<double>& truth,
                                             std::size_t classes) {
    if (classes < 2) return {};
    std::vector<JudgedAnswers> answers;
    for (const auto& model : models) {
        if (!model.missing.empty()) continue;
        answers.push_back({model.name, right_answers(model, truth, classes), {}});
        if (classes == 2) answers.back().probabilities = model.answers;
    }
    return paired_differences(answers, {truth.begin(), truth.end()});
}

}  // namespace cellwise::customers
