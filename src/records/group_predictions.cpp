#include "records/group_predictions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace cellwise::records {
namespace {

using statistics::Summary;

constexpr double curve_step = 1.0 / 200;
constexpr std::size_t bins = 10;
constexpr std::size_t most_length_groups = 10;
constexpr std::size_t least_in_length_group = 20;  // fewer say nothing
constexpr std::size_t most_errors = 10;

Summary summary_of(std::span<const RunPredictions* const> figures, auto value) {
    std::vector<double> values;
    for (const auto* run : figures) values.push_back(static_cast<double>(value(*run)));
    return statistics::summarise(values);
}

std::optional<Summary> summary_if_all(std::span<const RunPredictions* const> figures, auto value) {
    for (const auto* run : figures) {
        if (!value(*run)) return std::nullopt;
    }
    return summary_of(figures, [&](const RunPredictions& run) { return *value(run); });
}

/// Fine where ROC curves bend: near 0.
std::vector<double> grid_of(bool fine_at_zero) {
    constexpr int points = 100;
    std::vector<double> grid;
    for (int i = 0; i <= points; ++i) {
        const double share = static_cast<double>(i) / points;
        grid.push_back(fine_at_zero ? share * share : share);
    }
    return grid;
}

std::vector<LengthAccuracy> length_accuracies(std::span<const TestPredictions* const> runs) {
    const auto& first = *runs.front();
    const auto groups = std::clamp<std::size_t>(first.size() / least_in_length_group, 1, most_length_groups);
    std::vector<LengthAccuracy> lengths;
    for (const auto& group : statistics::size_groups(first.words, groups)) {
        std::vector<double> accuracies;
        std::size_t right = 0;
        for (const auto* run : runs) {
            right = 0;
            for (std::size_t i = 0; i < run->size(); ++i) {
                if (run->words[i] < group.low || run->words[i] > group.high) continue;
                right += (run->probabilities[i] > 0.5) == (run->labels[i] != 0) ? 1U : 0U;
            }
            accuracies.push_back(static_cast<double>(right) / static_cast<double>(group.count));
        }
        const auto summary = statistics::summarise(accuracies);
        lengths.push_back({group, summary.mean,
                           summary.interval ? *summary.interval : statistics::wilson_interval(right, group.count)});
    }
    return lengths;
}

std::vector<double> mean_probabilities(std::span<const TestPredictions* const> runs) {
    std::vector<double> means(runs.front()->size());
    for (const auto* run : runs) {
        for (std::size_t i = 0; i < means.size(); ++i) means[i] += run->probabilities[i];
    }
    for (double& value : means) value /= static_cast<double>(runs.size());
    return means;
}

std::vector<ConfidentError> confident_errors(std::span<const TestPredictions* const> runs) {
    const auto means = mean_probabilities(runs);
    const auto& labels = runs.front()->labels;
    std::vector<ConfidentError> errors;
    for (std::size_t i = 0; i < means.size(); ++i) {
        const bool is_positive = labels[i] != 0;
        if ((means[i] > 0.5) != is_positive) errors.push_back({i, is_positive, means[i]});
    }
    const auto is_worse = [](const ConfidentError& one, const ConfidentError& other) {
        const double first = std::abs(one.probability - 0.5), second = std::abs(other.probability - 0.5);
        return first != second ? first > second : one.review < other.review;
    };
    const auto kept = std::min(most_errors, errors.size());
    std::partial_sort(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(kept), errors.end(), is_worse);
    errors.resize(kept);
    return errors;
}

std::vector<statistics::CalibrationBin> pooled_calibration(std::span<const TestPredictions* const> runs) {
    TestPredictions all;
    for (const auto* run : runs) {
        all.probabilities.insert(all.probabilities.end(), run->probabilities.begin(), run->probabilities.end());
        all.labels.insert(all.labels.end(), run->labels.begin(), run->labels.end());
    }
    return statistics::calibration_bins({all.probabilities, all.labels}, bins);
}

double value_at(const Curve& curve, double x) {
    const auto behind = std::upper_bound(curve.x.begin(), curve.x.end(), x);
    if (behind == curve.x.begin()) return curve.y.front();
    const auto next = static_cast<std::size_t>(behind - curve.x.begin());
    if (next == curve.x.size()) return curve.y.back();
    const double width = curve.x[next] - curve.x[next - 1];
    return curve.y[next - 1] + (curve.y[next] - curve.y[next - 1]) * (x - curve.x[next - 1]) / width;
}

}  // namespace

Curve thinned(const Curve& curve, double step) {
    Curve result;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        const bool is_end = i == 0 || i + 1 == curve.x.size();
        if (!is_end && std::abs(curve.x[i] - result.x.back()) + std::abs(curve.y[i] - result.y.back()) < step) {
            continue;
        }
        result.x.push_back(curve.x[i]);
        result.y.push_back(curve.y[i]);
    }
    return result;
}

Curve mean_curve(std::span<const Curve* const> curves, std::span<const double> grid) {
    Curve result;
    for (const double x : grid) {
        std::vector<double> values;
        for (const auto* curve : curves) values.push_back(value_at(*curve, x));
        result.x.push_back(x);
        result.y.push_back(statistics::mean(values));
        result.deviation.push_back(statistics::standard_deviation(values).value_or(0));
    }
    return result;
}

RunPredictions evaluate(const TestPredictions& predictions) {
    const auto scores = predictions.scores();
    if (scores.size() == 0) throw InternalError("there are no predictions to evaluate");
    RunPredictions run;
    run.confusion = statistics::confusion(scores);
    run.area = statistics::roc_area(scores);
    run.average_precision = statistics::average_precision(scores);
    run.calibration_error = *statistics::expected_calibration_error(statistics::calibration_bins(scores, bins));
    run.brier_score = *statistics::brier_score(scores);
    for (const auto& point : statistics::roc_curve(scores)) {
        run.roc.x.push_back(point.false_positive_rate);
        run.roc.y.push_back(point.true_positive_rate);
    }
    for (const auto& point : statistics::precision_recall_curve(scores)) {
        // Before the first positive review is found the precision is 0, whatever the model is worth.
        if (point.recall == 0 && !run.precision_recall.x.empty()) continue;
        run.precision_recall.x.push_back(point.recall);
        run.precision_recall.y.push_back(point.precision);
    }
    run.roc = thinned(run.roc, curve_step);
    run.precision_recall = thinned(run.precision_recall, curve_step);
    return run;
}

GroupPredictions evaluate_group(std::span<const TestPredictions* const> runs,
                                std::span<const RunPredictions* const> figures) {
    if (runs.empty() || runs.size() != figures.size()) throw InternalError("a group needs runs and their figures");
    for (const auto* run : runs) {
        if (run->labels != runs.front()->labels || run->words != runs.front()->words) {
            throw InternalError("a group's runs were tested on different reviews");
        }
    }
    GroupPredictions group;
    group.reviews = runs.front()->size();
    group.positives = figures.front()->confusion.true_positives + figures.front()->confusion.false_negatives;
    using Run = RunPredictions;
    group.true_positives = summary_of(figures, [](const Run& run) { return run.confusion.true_positives; });
    group.false_positives = summary_of(figures, [](const Run& run) { return run.confusion.false_positives; });
    group.true_negatives = summary_of(figures, [](const Run& run) { return run.confusion.true_negatives; });
    group.false_negatives = summary_of(figures, [](const Run& run) { return run.confusion.false_negatives; });
    group.area =
        summary_if_all(figures, [](const Run& run) { return run.area ? std::optional(run.area->area) : std::nullopt; });
    group.average_precision = summary_if_all(figures, [](const Run& run) { return run.average_precision; });
    group.precision = summary_if_all(figures, [](const Run& run) { return run.confusion.precision(); });
    group.recall = summary_if_all(figures, [](const Run& run) { return run.confusion.recall(); });
    group.specificity = summary_if_all(figures, [](const Run& run) { return run.confusion.specificity(); });
    group.f1 = summary_if_all(figures, [](const Run& run) { return run.confusion.f1(); });
    if (group.area) {
        group.area_interval = figures.size() > 1 ? group.area->interval : figures.front()->area->interval;
        if (group.area_interval) {
            group.area_interval = {std::max(0.0, group.area_interval->low), std::min(1.0, group.area_interval->high)};
        }
    }
    group.calibration_error = summary_of(figures, [](const Run& run) { return run.calibration_error; });
    group.brier_score = summary_of(figures, [](const Run& run) { return run.brier_score; });
    if (figures.size() > 1 && group.area) {
        std::vector<const Curve*> roc, precision_recall;
        for (const auto* run : figures) {
            roc.push_back(&run->roc);
            precision_recall.push_back(&run->precision_recall);
        }
        group.mean_roc = mean_curve(roc, grid_of(true));
        group.mean_precision_recall = mean_curve(precision_recall, grid_of(false));
    }
    group.calibration = pooled_calibration(runs);
    group.lengths = length_accuracies(runs);
    group.errors = confident_errors(runs);
    return group;
}

}  // namespace cellwise::records
