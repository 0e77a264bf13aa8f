#include "tasks/customers/figures.h"

#include <algorithm>

#include "statistics/class_probabilities.h"
#include "statistics/regression.h"

namespace cellwise::customers {
namespace {

/// [rows, classes], between 0 and 1: boosted trees tell the probability of class 1 alone, in float32.
std::vector<double> all_probabilities(std::span<const double> answers, std::size_t classes) {
    std::vector<double> all;
    all.reserve(answers.size() * (classes == 2 ? 2 : 1));
    for (const double answer : answers) {
        const double probability = std::clamp(answer, 0.0, 1.0);
        if (classes == 2) all.push_back(1 - probability);
        all.push_back(probability);
    }
    return all;
}

}  // namespace

std::span<const Metric> metrics_of(bool is_classification) {
    if (is_classification) return classification_metrics;
    return regression_metrics;
}

std::vector<std::int32_t> predicted_classes(std::span<const double> answers, std::size_t classes, double threshold) {
    std::vector<std::int32_t> predicted;
    if (classes == 2) {
        for (const double answer : answers) predicted.push_back(answer > threshold ? 1 : 0);
        return predicted;
    }
    for (std::size_t begin = 0; begin < answers.size(); begin += classes) {
        predicted.push_back(statistics::most_probable(answers.subspan(begin, classes)));
    }
    return predicted;
}

Figures classification_figures(std::span<const double> answers, std::span<const double> targets, std::size_t classes,
                               double threshold) {
    const std::vector<std::int32_t> labels(targets.begin(), targets.end());
    const auto predicted = predicted_classes(answers, classes, threshold);
    const auto probabilities = all_probabilities(answers, classes);
    const statistics::ClassScores scores{probabilities, labels, classes};
    std::size_t right = 0;
    for (std::size_t row = 0; row < labels.size(); ++row) right += predicted[row] == labels[row] ? 1U : 0U;
    Figures figures;
    figures.accuracy = static_cast<double>(right) / static_cast<double>(labels.size());
    figures.balanced_accuracy = statistics::balanced_accuracy(predicted, labels, classes);
    figures.roc_auc = statistics::mean_roc_area(scores);
    figures.average_precision = statistics::mean_average_precision(scores);
    figures.log_loss = statistics::log_loss(scores);
    figures.brier = statistics::brier_score(scores);
    return figures;
}

Figures regression_figures(std::span<const double> answers, std::span<const double> targets) {
    Figures figures;
    figures.r2 = statistics::r_squared(targets, answers);
    figures.rmse = statistics::root_mean_squared_error(targets, answers);
    figures.mae = statistics::mean_absolute_error(targets, answers);
    return figures;
}

}  // namespace cellwise::customers
