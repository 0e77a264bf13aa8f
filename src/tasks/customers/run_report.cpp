#include "tasks/customers/run_report.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace cellwise::customers {
namespace {

constexpr std::size_t labels_shown = 6;

std::vector<LabelCurves> curves_of(const CustomerRun& run, std::span<const double> answers,
                                   std::span<const double> targets) {
    std::vector<LabelCurves> all;
    const auto classes = run.labels.size();
    for (std::size_t label = classes == 2 ? 1 : 0; label < std::min(classes, labels_shown); ++label) {
        std::vector<double> probabilities;
        std::vector<std::uint8_t> labels;
        for (std::size_t row = 0; row < targets.size(); ++row) {
            // Boosted trees tell probabilities in float32.
            const double answer = classes == 2 ? answers[row] : answers[row * classes + label];
            probabilities.push_back(std::clamp(answer, 0.0, 1.0));
            labels.push_back(targets[row] == static_cast<double>(label) ? 1 : 0);
        }
        const statistics::Scores scores{probabilities, labels};
        LabelCurves curves;
        curves.label = run.labels[label];
        curves.roc = statistics::roc_curve(scores);
        curves.area = statistics::roc_area(scores);
        curves.precision_recall = statistics::precision_recall_curve(scores);
        curves.average_precision = statistics::average_precision(scores);
        curves.calibration = statistics::calibration_bins(scores);
        curves.calibration_error = statistics::expected_calibration_error(curves.calibration);
        all.push_back(std::move(curves));
    }
    return all;
}

std::vector<ThresholdPoint> thresholds_of(std::span<const double> answers, std::span<const double> targets) {
    std::vector<double> probabilities;
    std::vector<std::uint8_t> labels;
    for (const double answer : answers) probabilities.push_back(std::clamp(answer, 0.0, 1.0));
    for (const double target : targets) labels.push_back(target == 1 ? 1 : 0);
    std::vector<ThresholdPoint> points;
    for (int i = 1; i < 100; ++i) {
        const double threshold = i / 100.0;
        points.push_back({threshold, statistics::confusion({probabilities, labels}, threshold)});
    }
    return points;
}

std::optional<double> number_in(const std::string& text) {
    if (text.empty()) return std::nullopt;
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (*end != '\0' || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::vector<ColumnSummary> columns_of(const std::vector<CustomerPrediction>& predictions) {
    std::vector<ColumnSummary> columns;
    for (const auto& prediction : predictions) {
        for (const auto& one : prediction.contributions) {
            auto found = std::ranges::find(columns, one.feature, &ColumnSummary::column);
            if (found == columns.end()) found = columns.insert(columns.end(), {one.feature, 0, {}, {}});
            found->contributions.push_back(one.contribution);
            found->values.push_back(number_in(one.value));
            found->mean_size += std::abs(one.contribution) / static_cast<double>(predictions.size());
        }
    }
    std::ranges::stable_sort(columns, std::greater(), &ColumnSummary::mean_size);
    return columns;
}

nlohmann::ordered_json or_null(const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

RunReport make_run_report(const CustomerRun& run, const tables::Table& table, const RunReportRequest& request) {
    const auto part = test_part(run, table);
    const auto features = run.preparation.apply(table, part.rows);
    const auto answers = run.model->predict(view_of(features));
    RunReport report;
    if (run.is_classification) {
        const auto classes = run.labels.size();
        report.figures = classification_figures(answers, part.targets, classes, run.threshold);
        report.curves = curves_of(run, answers, part.targets);
        const auto predicted = predicted_classes(answers, classes, run.threshold);
        report.confusion.assign(classes, std::vector<std::size_t>(classes));
        for (std::size_t row = 0; row < predicted.size(); ++row) {
            ++report.confusion[static_cast<std::size_t>(part.targets[row])][static_cast<std::size_t>(predicted[row])];
        }
        if (classes == 2) report.thresholds = thresholds_of(answers, part.targets);
    } else {
        report.figures = regression_figures(answers, part.targets);
        report.targets = part.targets;
        report.answers = answers;
    }
    report.repeats = request.repeats;
    report.importance_rows = std::min(part.rows.size(), request.importance_rows);
    report.importance = permutation_importance(run, table, request.repeats, request.threads, request.importance_rows);
    const auto explained = std::span(part.rows).first(std::min(part.rows.size(), request.explained_rows));
    report.columns = columns_of(predict_rows(run, table, explained, true));
    report.explained_rows = report.columns.empty() ? 0 : explained.size();
    return report;
}

nlohmann::ordered_json run_report_json(const CustomerRun& run, const RunReport& report) {
    using nlohmann::ordered_json;
    auto described = static_cast<const RunDescription&>(run);
    described.figures = report.figures;
    ordered_json json{{"model", run.kind},
                      {"target", run.target},
                      {"target_kind", run.is_classification ? "classification" : "regression"},
                      {"test", run.test},
                      {"threshold", run.threshold},
                      {"figures", figures_json(described)},
                      {"labels", ordered_json::array()},
                      {"confusion", ordered_json::array()},
                      {"thresholds", ordered_json::array()},
                      {"importance", ordered_json::array()},
                      {"contributions", ordered_json::array()}};
    for (const auto& curves : report.curves) {
        ordered_json bins = ordered_json::array();
        for (const auto& bin : curves.calibration) {
            bins.push_back({{"low", bin.low},
                            {"high", bin.high},
                            {"count", bin.count},
                            {"mean_probability", bin.count > 0 ? ordered_json(bin.mean_probability) : nullptr},
                            {"share", or_null(bin.positive_share())}});
        }
        json["labels"].push_back({{"label", curves.label},
                                  {"roc_auc", curves.area ? ordered_json(curves.area->area) : nullptr},
                                  {"average_precision", or_null(curves.average_precision)},
                                  {"calibration_error", or_null(curves.calibration_error)},
                                  {"calibration", bins}});
    }
    for (std::size_t truth = 0; truth < report.confusion.size(); ++truth) {
        json["confusion"].push_back({{"label", run.labels[truth]}, {"predicted", report.confusion[truth]}});
    }
    for (const auto& [threshold, confusion] : report.thresholds) {
        json["thresholds"].push_back({{"threshold", threshold},
                                      {"accuracy", or_null(confusion.accuracy())},
                                      {"precision", or_null(confusion.precision())},
                                      {"recall", or_null(confusion.recall())},
                                      {"f1", or_null(confusion.f1())}});
    }
    for (const auto& one : report.importance) {
        json["importance"].push_back(
            {{"column", one.column}, {"mean", one.mean}, {"low", one.low}, {"high", one.high}});
    }
    for (const auto& one : report.columns) {
        json["contributions"].push_back({{"column", one.column}, {"mean_size", one.mean_size}});
    }
    return json;
}

}  // namespace cellwise::customers
