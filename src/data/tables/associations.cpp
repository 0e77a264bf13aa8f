#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel_for.h"
#include "data/tables/columns.h"
#include "data/tables/number_counts.h"
#include "data/tables/target.h"

namespace cellwise::tables {
namespace {

using Measure = ColumnAssociation::Measure;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double prior_rows = 10;  // by which the share of a level of few rows leans to the whole table's

/// The mean of a level's rows, leaning to the whole mean.
double leaning_mean(double sum, double count, double whole_mean) {
    return (sum + prior_rows * whole_mean) / (count + prior_rows);
}

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
            scores[row] = leaning_mean(other.sum, other.count, mean);
        }
    });
    return scores;
}

/// [rows]: 1 where the row has that label, 0 where it has another, −1 where it has none.
std::vector<std::int8_t> indicator(const Target& target, std::size_t label) {
    std::vector<std::int8_t> truth;
    truth.reserve(target.classes.size());
    for (const auto row : target.classes) {
        truth.push_back(row < 0 ? std::int8_t{-1} : static_cast<std::int8_t>(row == static_cast<std::int32_t>(label)));
    }
    return truth;
}

/// The same scores for a truth of 0 and 1: as many distinct ones as levels in both halves.
std::vector<ScoreCount> counts_by_level(const Column& column, std::span<const std::int8_t> truth) {
    std::vector<ScoreCount> halves[2] = {std::vector<ScoreCount>(column.levels.size()),
                                         std::vector<ScoreCount>(column.levels.size())};
    double positives = 0, known = 0;
    column.codes.visit([&](auto codes) {
        for (std::size_t row = 0; row < truth.size(); ++row) {
            if (codes[row] < 0 || truth[row] < 0) continue;
            ++halves[row % 2][static_cast<std::size_t>(codes[row])].rows[static_cast<std::size_t>(truth[row])];
        }
    });
    for (const auto& half : halves) {
        for (const auto& level : half) {
            positives += static_cast<double>(level.rows[1]);
            known += static_cast<double>(level.rows[0] + level.rows[1]);
        }
    }
    const double mean = known > 0 ? positives / known : 0;
    std::vector<ScoreCount> scores;
    for (std::size_t half = 0; half < 2; ++half) {
        for (std::size_t i = 0; i < column.levels.size(); ++i) {
            const auto& own = halves[half][i];
            const auto& other = halves[1 - half][i];
            if (own.rows[0] + own.rows[1] == 0) continue;
            const auto sum = static_cast<double>(other.rows[1]);
            const auto count = static_cast<double>(other.rows[0] + other.rows[1]);
            scores.push_back({leaning_mean(sum, count, mean), own.rows});
        }
    }
    return scores;
}

bool keeps_levels(const Column& column) { return !column.codes.empty() && !is_number(column); }

std::optional<statistics::Association> area_of_column(const Column& column, std::span<const std::int8_t> truth) {
    return keeps_levels(column) ? area_of(counts_by_level(column, truth)) : area_of(column, truth);
}

std::optional<statistics::Association> correlation_of(const Column& column, const std::vector<double>& truth) {
    return statistics::pearson(keeps_levels(column) ? scores_by_level(column, truth) : numbers_of(column), truth);
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
    std::vector<std::vector<std::int8_t>> truths;
    for (const auto label : labels) {
        truths.push_back(is_regression ? std::vector<std::int8_t>() : indicator(target, label));
    }
    std::vector<std::optional<ColumnAssociation>> found(table.columns.size());
    parallel_for(table.columns.size(), threads, [&](std::size_t i) {
        const Column& column = table.columns[i];
        if (i == target.column || !is_candidate(column)) return;
        for (std::size_t k = 0; k < truths.size(); ++k) {
            const auto association =
                is_regression ? correlation_of(column, target.values) : area_of_column(column, truths[k]);
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
