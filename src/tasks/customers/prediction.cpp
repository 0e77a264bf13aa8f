#include "tasks/customers/prediction.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/parallel_for.h"
#include "core/random.h"
#include "data/tables/columns.h"
#include "statistics/summary.h"

namespace cellwise::customers {
namespace {

std::string cell_text(const tables::Column& column, std::int64_t row) {
    if (tables::is_missing(column, row)) return "";
    const auto place = static_cast<std::size_t>(row);
    if (!column.codes.empty()) return column.levels[static_cast<std::size_t>(column.codes[place])];
    if (!column.integers.empty()) return std::to_string(column.integers[place]);
    return fmt::format("{}", column.numbers[place]);
}

/// A row's contributions and base add up to its prediction, up to what float32 leaves.
void check_sum(std::span<const double> contributions, double answer, const std::string& unit) {
    double sum = 0, size = 0;
    for (const double part : contributions) sum += part, size += std::abs(part);
    const bool is_right = unit == "log-odds" ? std::abs(1 / (1 + std::exp(-sum)) - answer) <= 1e-6 * std::max(1.0, size)
                                             : std::abs(sum - answer) <= 1e-6 * std::max(1.0, size);
    if (!is_right) throw InternalError("contributions do not add up to the prediction");
}

void add_reasons(CustomerPrediction& prediction, std::span<const double> contributions,
                 const tables::FeatureMatrix& features, const tables::Table& table) {
    std::map<std::string, double> sums;
    for (std::size_t j = 0; j < features.sources.size(); ++j) sums[features.sources[j]] += contributions[j];
    prediction.base = contributions.back();
    for (const auto& [name, sum] : sums) {
        const auto* column = tables::column_of(table, name);  // a recipe's own column is not in the table
        prediction.contributions.push_back({name, column == nullptr ? "" : cell_text(*column, prediction.row), sum});
    }
    std::stable_sort(prediction.contributions.begin(), prediction.contributions.end(),
                     [](const auto& a, const auto& b) { return std::abs(a.contribution) > std::abs(b.contribution); });
}

/// Names the columns of the row for which something else had to stand.
void add_fallbacks(CustomerPrediction& prediction, const tables::FeatureMatrix& features, std::size_t row,
                   const tables::Table& table) {
    std::map<std::string, bool> has_level;  // of the columns that are features by their levels
    const auto width = static_cast<std::size_t>(features.columns);
    for (std::size_t j = 0; j < width; ++j) {
        const auto& source = features.sources[j];
        if (features.names[j] != source) has_level[source] |= features.values[row * width + j] != 0;
    }
    std::set<std::string> sources(features.sources.begin(), features.sources.end());
    for (const auto& source : sources) {
        const auto* column = tables::column_of(table, source);
        if (column == nullptr) continue;  // a recipe's own
        const auto levels = has_level.find(source);
        if (tables::is_missing(*column, prediction.row)) {
            prediction.filled.push_back(source);
        } else if (levels != has_level.end() && !levels->second) {
            prediction.unseen.push_back(source);
        }
    }
}

/// The target of the run's own table, and the split it was trained with.
struct OwnRows {
    Target target;
    tables::Split split;
};
OwnRows own_rows(const CustomerRun& run, const tables::Table& table) {
    OwnRows own{target_of(table, {run.target, run.labels.size() == 2 ? run.labels.back() : "", run.is_classification}),
                {}};
    FitSettings settings;
    settings.test_share = run.test_share;
    settings.seed = run.seed;
    settings.stratify = run.stratify;
    own.split = notes_split(own.target, settings);
    return own;
}

double main_figure(const CustomerRun& run, std::span<const double> answers, std::span<const double> truth) {
    if (!run.is_classification) return regression_figures(answers, truth).r2.value_or(0);
    const auto figures = classification_figures(answers, truth, run.labels.size(), run.threshold);
    return figures.roc_auc ? *figures.roc_auc : *figures.accuracy;
}

}  // namespace

std::vector<CustomerPrediction> predict_rows(const CustomerRun& run, const tables::Table& table,
                                             std::span<const std::int64_t> rows, bool reasons) {
    const auto features = run.preparation.apply(table, rows);
    const auto answers = run.model->predict(view_of(features));
    const std::size_t outputs = run.labels.size() > 2 ? run.labels.size() : 1;
    const auto contributions = reasons ? run.model->contributions(view_of(features)) : std::nullopt;
    const auto* ids = run.id_column.empty() ? nullptr : tables::column_of(table, run.id_column);
    std::vector<CustomerPrediction> predictions;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CustomerPrediction prediction;
        prediction.row = rows[i];
        if (ids != nullptr) prediction.id = cell_text(*ids, rows[i]);
        const auto its = std::span(answers).subspan(i * outputs, outputs);
        const auto output = static_cast<std::size_t>(std::max_element(its.begin(), its.end()) - its.begin());
        prediction.answer = its[output];
        if (run.is_classification) {
            const auto class_of = predicted_classes(its, run.labels.size(), run.threshold).front();
            prediction.label = run.labels[static_cast<std::size_t>(class_of)];
        }
        add_fallbacks(prediction, features, i, table);
        if (contributions) {
            const auto parts = contributions->of(i, output);
            if (outputs == 1) check_sum(parts, prediction.answer, run.model->margin_unit());
            add_reasons(prediction, parts, features, table);
        }
        predictions.push_back(std::move(prediction));
    }
    return predictions;
}

std::vector<std::int64_t> rows_of_id(const CustomerRun& run, const tables::Table& table, const std::string& id) {
    if (run.id_column.empty()) {
        throw UsageError("the model knows no identifier: train it with --id-column NAME, or predict with --file");
    }
    const auto* column = tables::column_of(table, run.id_column);
    if (column == nullptr) {
        throw DataError(
            fmt::format("'{}' has no column '{}', which tells customers apart", table.origin, run.id_column));
    }
    std::vector<std::int64_t> rows;
    for (std::int64_t row = 0; row < table.rows; ++row) {
        if (cell_text(*column, row) == id) rows.push_back(row);
    }
    if (rows.empty()) {
        throw DataError(fmt::format("nobody in '{}' has the {} '{}': give a customer's own columns with --file",
                                    table.origin, run.id_column, id));
    }
    return rows;
}

void tell_trained_on(const CustomerRun& run, const tables::Table& table, std::span<CustomerPrediction> predictions) {
    const auto own = own_rows(run, table);
    std::set<std::int64_t> trained;
    for (const auto position : own.split.train) trained.insert(own.target.rows[static_cast<std::size_t>(position)]);
    for (auto& prediction : predictions) prediction.trained_on = trained.contains(prediction.row);
}

TestPart test_part(const CustomerRun& run, const tables::Table& table) {
    const auto own = own_rows(run, table);
    TestPart part;
    for (const auto position : own.split.test) {
        part.rows.push_back(own.target.rows[static_cast<std::size_t>(position)]);
        part.targets.push_back(own.target.values[static_cast<std::size_t>(position)]);
    }
    return part;
}

nlohmann::ordered_json to_json(const CustomerRun& run, std::span<const CustomerPrediction> predictions) {
    using nlohmann::ordered_json;
    ordered_json document{{"model", run.kind},
                          {"target", run.target},
                          {"unit", run.model->margin_unit()},
                          {"predictions", ordered_json::array()}};
    for (const auto& prediction : predictions) {
        ordered_json one{{"id", prediction.id.empty() ? ordered_json(prediction.row) : ordered_json(prediction.id)}};
        one[run.is_classification ? "probability" : "value"] = prediction.answer;
        if (run.is_classification) one["label"] = prediction.label;
        if (!prediction.unseen.empty()) one["unseen"] = prediction.unseen;
        if (!prediction.filled.empty()) one["filled"] = prediction.filled;
        if (prediction.trained_on) one["trained_on"] = *prediction.trained_on;
        one["base"] = prediction.base;
        one["contributions"] = ordered_json::array();
        for (const auto& [feature, value, contribution] : prediction.contributions) {
            one["contributions"].push_back({{"feature", feature},
                                            {"value", value.empty() ? ordered_json(nullptr) : ordered_json(value)},
                                            {"contribution", contribution}});
        }
        document["predictions"].push_back(std::move(one));
    }
    return document;
}

std::vector<PermutationImportance> permutation_importance(const CustomerRun& run, const tables::Table& table,
                                                          int repeats, std::size_t threads, std::size_t most_rows) {
    if (repeats < 2) throw UsageError("--repeats must be at least 2: an interval needs two shufflings");
    auto part = test_part(run, table);
    auto& rows = part.rows;
    auto& truth = part.targets;
    if (most_rows > 0 && rows.size() > most_rows) {
        rows.resize(most_rows);
        truth.resize(most_rows);
    }
    const auto features = run.preparation.apply(table, rows);
    const double whole = main_figure(run, run.model->predict(view_of(features)), truth);
    std::vector<std::string> columns;
    for (const auto& source : features.sources) {
        if (std::find(columns.begin(), columns.end(), source) == columns.end()) columns.push_back(source);
    }
    std::vector<PermutationImportance> result(columns.size());
    parallel_for(columns.size(), static_cast<int>(threads), [&](std::size_t index) {
        Random random(run.seed, "permutation importance of " + columns[index]);
        std::vector<double> falls;
        std::vector<std::size_t> order(rows.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        auto shuffled = features;
        const auto width = static_cast<std::size_t>(features.columns);
        for (int repeat = 0; repeat < repeats; ++repeat) {
            random.shuffle(std::span(order));
            // All levels of a category move together.
            for (std::size_t j = 0; j < width; ++j) {
                if (features.sources[j] != columns[index]) continue;
                for (std::size_t i = 0; i < order.size(); ++i) {
                    shuffled.values[i * width + j] = features.values[order[i] * width + j];
                }
            }
            falls.push_back(whole - main_figure(run, run.model->predict(view_of(shuffled)), truth));
        }
        const auto summary = statistics::summarise(falls);
        result[index] = {columns[index], summary.mean, summary.interval->low, summary.interval->high};
    });
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.mean > b.mean; });
    return result;
}

}  // namespace cellwise::customers
