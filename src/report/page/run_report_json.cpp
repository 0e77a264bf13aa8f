#include <cmath>

#include "records/json_values.h"
#include "report/page/run_report.h"

namespace cellwise::report {
namespace {

using records::interval_json;
using records::or_null;

using Json = nlohmann::ordered_json;

Json figure_json(const statistics::Summary& summary) {
    return {{"mean", summary.mean}, {"std", or_null(summary.standard_deviation)}};
}

Json figure_json(const std::optional<statistics::Summary>& summary) {
    return summary ? figure_json(*summary) : Json(nullptr);
}

/// A figure and its 95% interval.
Json figure_json(const statistics::Summary& summary, const std::optional<statistics::Interval>& interval) {
    auto json = figure_json(summary);
    json["interval_95"] = interval_json(interval);
    return json;
}

/// Curves are for the eye: five decimals.
Json rounded(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double value : values) list.push_back(std::round(value * 1e5) / 1e5);
    return list;
}

Json curve_json(const records::Curve& curve, const char* x, const char* y) {
    Json json{{x, rounded(curve.x)}, {y, rounded(curve.y)}};
    if (!curve.deviation.empty()) json["std"] = rounded(curve.deviation);
    return json;
}

Json epochs_json(const std::vector<EpochSpread>& epochs) {
    Json list = Json::array();
    for (const auto& epoch : epochs) {
        list.push_back({{"epoch", epoch.epoch},
                        {"runs", epoch.train_loss.count},
                        {"train_loss", figure_json(epoch.train_loss)},
                        {"train_accuracy", figure_json(epoch.train_accuracy)},
                        {"validation_loss", figure_json(epoch.validation_loss)},
                        {"validation_accuracy", figure_json(epoch.validation_accuracy)}});
    }
    return list;
}

/// Several runs' answers to one review are no independent trials: no interval then.
Json calibration_json(const std::vector<statistics::CalibrationBin>& bins, bool one_run) {
    Json list = Json::array();
    for (const auto& bin : bins) {
        list.push_back({{"low", bin.low},
                        {"high", bin.high},
                        {"count", bin.count},
                        {"mean_probability", bin.count > 0 ? Json(bin.mean_probability) : Json(nullptr)},
                        {"positive_share", or_null(bin.positive_share())},
                        {"interval_95", bin.count > 0 && one_run
                                            ? interval_json(statistics::wilson_interval(bin.positives, bin.count))
                                            : Json(nullptr)}});
    }
    return list;
}

Json lengths_json(const std::vector<records::LengthAccuracy>& lengths) {
    Json list = Json::array();
    for (const auto& group : lengths) {
        list.push_back({{"words_low", group.words.low},
                        {"words_high", group.words.high},
                        {"reviews", group.words.count},
                        {"accuracy", group.accuracy},
                        {"interval_95", interval_json(group.interval)}});
    }
    return list;
}

std::string text_of(const ErrorText& error) {
    std::string text;
    for (const auto& word : error.words) text += (text.empty() ? "" : " ") + word.word;
    return text;
}

Json errors_json(const ReportGroup& group) {
    Json list = Json::array();
    for (std::size_t i = 0; i < group.predictions->errors.size(); ++i) {
        const auto& error = group.predictions->errors[i];
        const auto& text = group.error_texts[i];
        list.push_back({{"review", error.review},
                        {"label", error.is_positive ? "positive" : "negative"},
                        {"probability", error.probability},
                        {"text", text.words.empty() ? Json(nullptr) : Json(text_of(text))}});
    }
    return list;
}

Json predictions_json(const ReportGroup& group) {
    const auto& figures = *group.predictions;
    return {{"reviews", figures.reviews},
            {"positive_reviews", figures.positives},
            {"confusion",
             {{"true_positives", figure_json(figures.true_positives)},
              {"false_positives", figure_json(figures.false_positives)},
              {"true_negatives", figure_json(figures.true_negatives)},
              {"false_negatives", figure_json(figures.false_negatives)}}},
            {"roc_auc", figures.area ? figure_json(*figures.area, figures.area_interval) : Json(nullptr)},
            {"average_precision", figure_json(figures.average_precision)},
            {"precision", figure_json(figures.precision)},
            {"recall", figure_json(figures.recall)},
            {"specificity", figure_json(figures.specificity)},
            {"f1", figure_json(figures.f1)},
            {"expected_calibration_error", figure_json(figures.calibration_error)},
            {"brier_score", figure_json(figures.brier_score)},
            {"mean_roc", figures.mean_roc ? curve_json(*figures.mean_roc, "false_positive_rate", "true_positive_rate")
                                          : Json(nullptr)},
            {"mean_precision_recall", figures.mean_precision_recall
                                          ? curve_json(*figures.mean_precision_recall, "recall", "precision")
                                          : Json(nullptr)},
            {"calibration", calibration_json(figures.calibration, group.runs.size() == 1)},
            {"accuracy_by_length", lengths_json(figures.lengths)},
            {"confident_errors", errors_json(group)}};
}

Json group_json(const ReportGroup& group) {
    Json json{{"name", group.name},
              {"cell", cell_name(group.cell)},
              {"runs", group.runs},
              {"parameters", group.parameters},
              {"test_accuracy", figure_json(group.accuracy, group.accuracy_interval)},
              {"test_loss", figure_json(group.loss)},
              {"seconds", figure_json(group.seconds)},
              {"epochs", epochs_json(group.epochs)},
              {"predictions", group.predictions ? predictions_json(group) : Json(nullptr)}};
    if (!group.predictions) json["no_predictions"] = group.no_predictions;
    return json;
}

Json run_figures_json(const ReportRun& run, const std::optional<records::RunPredictions>& figures) {
    Json epochs = Json::array();
    for (const auto& epoch : run.record.epochs) {
        epochs.push_back(epoch_json(epoch, records::EpochShape::report, "validation"));
    }
    Json json{{"folder", run.folder},
              {"cell", cell_name(run.record.cell)},
              {"seed", run.record.seed},
              {"engine", run.record.engine},
              {"validation", run.record.held_out ? "held_out" : "test"},
              {"best_epoch", run.record.best_epoch},
              {"test_accuracy", run.record.test_accuracy},
              {"test_loss", run.record.test_loss},
              {"seconds", run.record.seconds()},
              {"data", {{"kind", run.data_kind}, {"sha256", run.data_sha256}, {"test_reviews", run.test_reviews}}},
              {"epochs", epochs},
              {"predictions", nullptr}};
    if (!figures) return json;
    const auto& area = figures->area;
    json["predictions"] = {{"true_positives", figures->confusion.true_positives},
                           {"false_positives", figures->confusion.false_positives},
                           {"true_negatives", figures->confusion.true_negatives},
                           {"false_negatives", figures->confusion.false_negatives},
                           {"roc_auc", area ? Json(area->area) : Json(nullptr)},
                           {"roc_auc_standard_error", area ? or_null(area->standard_error) : Json(nullptr)},
                           {"roc_auc_interval_95", area ? interval_json(area->interval) : Json(nullptr)},
                           {"average_precision", or_null(figures->average_precision)},
                           {"expected_calibration_error", figures->calibration_error},
                           {"brier_score", figures->brier_score},
                           {"roc", curve_json(figures->roc, "false_positive_rate", "true_positive_rate")},
                           {"precision_recall", curve_json(figures->precision_recall, "recall", "precision")}};
    return json;
}

}  // namespace

Json report_json(const ReportInput& input, const RunReport& report) {
    Json document{{"schema", "cellwise.report/1"},   {"title", report.title},        {"made", input.made},
                  {"version", input.version},        {"notes", report.notes},        {"groups", Json::array()},
                  {"runs", Json::array()},           {"differences", Json::array()}, {"baselines", Json::array()},
                  {"shared_settings", Json::array()}};
    for (const auto& [key, value] : report.shared_settings) {
        document["shared_settings"].push_back({{"setting", key}, {"value", value}});
    }
    for (const auto& group : report.groups) document["groups"].push_back(group_json(group));
    for (std::size_t i = 0; i < input.runs.size(); ++i) {
        document["runs"].push_back(run_figures_json(input.runs[i], report.runs[i]));
    }
    for (const auto& difference : report.differences) document["differences"].push_back(difference_json(difference));
    for (const auto& baseline : input.baselines) document["baselines"].push_back(baseline_json(baseline));
    return document;
}

}  // namespace cellwise::report
