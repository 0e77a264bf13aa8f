#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel_for.h"
#include "core/radix_sort.h"
#include "data/tables/description.h"
#include "data/tables/target.h"

namespace cellwise::tables {
namespace {

using Measure = ColumnAssociation::Measure;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double prior_rows = 10;  // by which the share of a level of few rows leans to the whole table's

/// [rows]: of each row the mean of `truth` over the rows of its level in the other half, leaning to the whole mean.
std::vector<double> scores_by_level(const Column& column, const std::vector<double>& truth) {
    struct Sum {
        double sum = 0, count = 0;
    };
    std::vector<Sum> halves[2] = {std::vector<Sum>(column.levels.size()), std::vector<Sum>(column.levels.size())};
    Sum whole;
    std::vector<double> scores(truth.size(), nothing);
    column.codes.visit([&](auto codes) {
        for (std::size_t row = 0; row < truth.size(); ++row) {
            if (codes[row] < 0 || std::isnan(truth[row])) continue;
            auto& level = halves[row % 2][static_cast<std::size_t>(codes[row])];
            level.sum += truth[row];
            ++level.count;
            whole.sum += truth[row];
            ++whole.count;
        }
        const double mean = whole.count > 0 ? whole.sum / whole.count : 0;
        for (std::size_t row = 0; row < truth.size(); ++row) {
            if (codes[row] < 0) continue;
            const auto& other = halves[1 - row % 2][static_cast<std::size_t>(codes[row])];
            scores[row] = (other.sum + prior_rows * mean) / (other.count + prior_rows);
        }
    });
    return scores;
}

std::optional<statistics::Association> area(std::span<const double> values, const std::vector<double>& truth) {
    std::vector<statistics::LabelledValue> pairs;
    pairs.reserve(values.size());
    for (std::size_t row = 0; row < values.size(); ++row) {
        if (!std::isnan(values[row]) && !std::isnan(truth[row])) pairs.push_back({values[row], truth[row] > 0.5});
    }
    if (pairs.empty()) return std::nullopt;
    radix_sort(pairs, [](const statistics::LabelledValue& pair) { return ordered_bits(pair.value); });
    if (pairs.front().value == pairs.back().value) return std::nullopt;
    return statistics::area_of_sorted(pairs);
}

/// [rows]: 1 where the row has that label, 0 where it has another, NaN where it has none.
std::vector<double> indicator(const Target& target, std::size_t label) {
    std::vector<double> truth;
    truth.reserve(target.classes.size());
    for (const auto row : target.classes) {
        truth.push_back(row < 0 ? nothing : static_cast<double>(row == static_cast<std::int32_t>(label)));
    }
    return truth;
}

bool keeps_levels(const Column& column) { return !column.codes.empty() && !is_number(column); }

std::optional<statistics::Association> associate(const Column& column, const std::vector<double>& truth,
                                                 Measure measure) {
    std::vector<double> storage;
    std::span<const double> values;
    if (keeps_levels(column)) {
        storage = scores_by_level(column, truth);
        values = storage;
    } else {
        values = numbers_in(column, 0, truth.size(), storage);
    }
    return measure == Measure::auc ? area(values, truth) : statistics::pearson(values, truth);
}

bool is_candidate(const Column& column) { return column.kind != Kind::identifier && column.kind != Kind::text; }

}  // namespace

double ColumnAssociation::strength() const {
    return measure == Measure::auc ? std::abs(2 * association.value - 1) : std::abs(association.value);
}

std::vector<ColumnAssociation> associations(const Table& table, const Target& target, int threads) {
    const bool is_regression = target.kind == TargetKind::regression;
    const Measure measure = is_regression ? Measure::correlation : Measure::auc;
    std::vector<std::size_t> labels{target.positive};
    if (target.labels.size() > 2) {
        labels.resize(target.labels.size());
        for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = i;
    }
    std::vector<std::vector<double>> truths;
    for (const auto label : labels) truths.push_back(is_regression ? target.values : indicator(target, label));
    std::vector<std::optional<ColumnAssociation>> found(table.columns.size());
    parallel_for(table.columns.size(), threads, [&](std::size_t i) {
        if (i == target.column || !is_candidate(table.columns[i])) return;
        for (std::size_t k = 0; k < truths.size(); ++k) {
            const auto association = associate(table.columns[i], truths[k], measure);
            if (!association) continue;
            ColumnAssociation one{i, measure, *association, labels.size() > 1 ? target.labels[labels[k]] : ""};
            if (!found[i] || one.strength() > found[i]->strength()) found[i] = std::move(one);
        }
    });
    std::vector<ColumnAssociation> result;
    for (auto& one : found) {
        if (one) result.push_back(std::move(*one));
    }
    std::ranges::stable_sort(result, std::greater(), &ColumnAssociation::strength);
    return result;
}

}  // namespace cellwise::tables
