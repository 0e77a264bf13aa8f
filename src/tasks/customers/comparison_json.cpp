#include <nlohmann/json.hpp>

#include "tasks/customers/comparison.h"

namespace cellwise::customers {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const statistics::Interval& interval) {
    return ordered_json::array({interval.low, interval.high});
}

ordered_json to_json(const ModelResult& model, bool is_classification) {
    ordered_json document{{"name", model.name}};
    if (!model.missing.empty()) {
        document["missing"] = model.missing;
        return document;
    }
    for (const auto& metric : metrics_of(is_classification)) {
        const auto value = model.figures.*metric.value;
        document[std::string(metric.name)] = value ? ordered_json(*value) : ordered_json(nullptr);
    }
    document["seconds"] = model.seconds;
    if (model.accuracy_interval) document["accuracy_interval"] = to_json(*model.accuracy_interval);
    if (model.roc_auc_interval) document["roc_auc_interval"] = to_json(*model.roc_auc_interval);
    if (is_classification) document["threshold"] = model.threshold;
    return document;
}

ordered_json to_json(const Difference& difference) {
    return {{"a", difference.a},
            {"b", difference.b},
            {"metric", difference.metric},
            {"mean", difference.mean},
            {"low", difference.low},
            {"high", difference.high},
            {"p", difference.p},
            {"p_uncorrected", difference.p_uncorrected},
            {"verdict", difference.verdict}};
}

}  // namespace

ordered_json to_json(const Comparison& comparison) {
    ordered_json document{{"table", comparison.origin},
                          {"target", comparison.target},
                          {"kind", comparison.is_classification ? "classification" : "regression"},
                          {"labels", comparison.labels},
                          {"split",
                           {{"train", comparison.train},
                            {"test", comparison.test},
                            {"test_rows", comparison.test_rows},
                            {"removed", comparison.removed},
                            {"made_up", comparison.made_up}}},
                          {"features", comparison.features},
                          {"left_out", ordered_json::array()},
                          {"models", ordered_json::array()},
                          {"folds", comparison.folds},
                          {"repeats", comparison.repeats},
                          {"cross_validation", ordered_json::array()},
                          {"differences", ordered_json::array()},
                          {"split_differences", ordered_json::array()},
                          {"notices", comparison.notices}};
    for (const auto& [column, reason] : comparison.left_out) {
        document["left_out"].push_back({{"column", column}, {"reason", reason}});
    }
    for (const auto& model : comparison.models) {
        document["models"].push_back(to_json(model, comparison.is_classification));
    }
    for (const auto& one : comparison.cross_validation) {
        document["cross_validation"].push_back({{"name", one.name},
                                                {"metric", one.metric},
                                                {"count", one.count},
                                                {"mean", one.mean},
                                                {"sd", one.sd},
                                                {"low", one.low},
                                                {"high", one.high}});
    }
    for (const auto& one : comparison.differences) document["differences"].push_back(to_json(one));
    for (const auto& one : comparison.split_differences) document["split_differences"].push_back(to_json(one));
    return document;
}

}  // namespace cellwise::customers
