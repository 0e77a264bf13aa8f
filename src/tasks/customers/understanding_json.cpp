#include <cmath>
#include <nlohmann/json.hpp>

#include "core/utf8.h"
#include "tasks/customers/texts.h"
#include "tasks/customers/understanding.h"

namespace cellwise::customers {
namespace {

using nlohmann::ordered_json;

void add(ordered_json& json, const char* name, const std::optional<double>& value) {
    if (value) json[name] = *value;
}

ordered_json histogram_json(const statistics::Histogram& histogram) {
    return {{"edges", histogram.edges}, {"counts", histogram.counts}};
}

void add_numbers(ordered_json& json, const tables::NumberFigures& figures) {
    json["mean"] = figures.mean;
    add(json, "std", figures.std);
    json["min"] = figures.min;
    json["q25"] = figures.q25;
    json["median"] = figures.median;
    json["q75"] = figures.q75;
    json["max"] = figures.max;
    if (figures.whole_range) {
        json["min"] = figures.whole_range->first;
        json["max"] = figures.whole_range->second;
    }
    add(json, "skew", figures.skew);
    add(json, "kurtosis", figures.kurtosis);
    json["iqr_outliers"] = figures.iqr_outliers;
    json["z_outliers"] = figures.z_outliers;
}

ordered_json column_json(const tables::ColumnDescription& column) {
    ordered_json json{{"name", column.name},       {"kind", tables::kind_name(column.kind)},
                      {"reason", column.reason},   {"count", column.count},
                      {"missing", column.missing}, {"unique", column.unique},
                      {"bytes", column.bytes}};
    const bool is_date = column.kind == tables::Kind::date;
    if (column.numbers && column.kind != tables::Kind::identifier) {
        if (is_date) {
            json["first"] = date_of(column.numbers->min);
            json["last"] = date_of(column.numbers->max);
        } else if (shows_numbers(column)) {
            add_numbers(json, *column.numbers);
        }
    }
    if (!column.levels.empty()) {
        json["top"] = column.levels[0].level;
        json["freq"] = column.levels[0].count;
        for (const auto& level : column.levels)
            json["levels"].push_back({{"level", level.level}, {"count", level.count}});
    }
    if (column.numbers && shows_numbers(column)) {
        if (column.numbers->histogram) json["histogram"] = histogram_json(*column.numbers->histogram);
        if (column.numbers->density) {
            json["density"] = {{"x", column.numbers->density->x},
                               {"y", column.numbers->density->y},
                               {"bandwidth", column.numbers->density->bandwidth}};
        }
    }
    for (const auto& spelling : column.spellings) {
        json["spellings"].push_back({{"text", spelling.text}, {"count", spelling.count}});
    }
    return json;
}

ordered_json target_json(const Understanding& understanding) {
    const auto& target = *understanding.target;
    const bool is_classification = target.kind == tables::TargetKind::classification;
    ordered_json json{{"name", target.name},
                      {"kind", is_classification ? "classification" : "regression"},
                      {"missing", target.missing}};
    if (is_classification) {
        json["positive"] = target.positive;
        for (const auto& one : target.classes) {
            json["classes"].push_back({{"label", one.label}, {"count", one.count}, {"share", one.share}});
        }
    }
    json["associations"] = ordered_json::array();
    for (const auto& one : understanding.associations) {
        const bool is_auc = one.measure == tables::ColumnAssociation::Measure::auc;
        ordered_json entry{
            {"column", one.column}, {"measure", is_auc ? "auc" : "correlation"}, {"value", one.association.value}};
        if (one.association.interval) {
            entry["low"] = one.association.interval->low;
            entry["high"] = one.association.interval->high;
        }
        if (!one.label.empty()) entry["label"] = one.label;
        json["associations"].push_back(std::move(entry));
    }
    return json;
}

ordered_json correlations_json(const Understanding& understanding) {
    ordered_json json{{"columns", ordered_json::array()}, {"matrix", ordered_json::array()}};
    for (const auto column : understanding.correlations.columns) {
        json["columns"].push_back(understanding.description.columns[column].name);
    }
    for (const auto& row : understanding.correlations.matrix) {
        ordered_json cells = ordered_json::array();
        for (const double r : row) cells.push_back(std::isnan(r) ? ordered_json() : ordered_json(r));
        json["matrix"].push_back(std::move(cells));
    }
    return json;
}

}  // namespace

ordered_json understanding_json(const Understanding& understanding, Language language) {
    const auto& description = understanding.description;
    ordered_json json{{"table", printable(description.origin)},
                      {"synthetic", understanding.is_synthetic},
                      {"rows", description.rows},
                      {"bytes", description.bytes}};
    if (!understanding.goal.empty()) json["goal"] = understanding.goal;
    json["columns"] = ordered_json::array();
    for (const auto& column : description.columns) json["columns"].push_back(column_json(column));
    json["audit"] = ordered_json::array();
    for (const auto& finding : understanding.findings) {
        ordered_json entry{{"kind", tables::finding_name(finding.kind)},
                           {"columns", finding.columns},
                           {"message", finding_text(finding, language)},
                           {"count", finding.count}};
        json["audit"].push_back(std::move(entry));
    }
    if (understanding.target) json["target"] = target_json(understanding);
    json["correlations"] = correlations_json(understanding);
    json["notes"] = description.notes;
    return json;
}

}  // namespace cellwise::customers
