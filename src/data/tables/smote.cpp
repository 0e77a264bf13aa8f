#include "data/tables/smote.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "core/error.h"
#include "core/numpy_random.h"
#include "statistics/line_fit.h"

namespace cellwise::tables {
namespace {

/// The rows of one class as imbalanced-learn's nearest neighbours see them.
struct Minority {
    std::vector<std::size_t> rows;        ///< in the matrix
    std::vector<std::size_t> neighbours;  ///< [rows, count]: places in `rows`, nearest first
    std::size_t count = 0;
};

/// The nearest of the class for each of its rows, itself left out; of equally near ones the first.
Minority neighbours_of(const std::vector<double>& values, std::size_t columns, std::vector<std::size_t> rows,
                       std::size_t count) {
    Minority minority{.rows = std::move(rows), .neighbours = {}, .count = count};
    const auto size = minority.rows.size();
    std::vector<std::pair<double, std::size_t>> near(size);
    for (std::size_t i = 0; i < size; ++i) {
        const double* x = values.data() + minority.rows[i] * columns;
        for (std::size_t j = 0; j < size; ++j) {
            const double* other = values.data() + minority.rows[j] * columns;
            double sum = 0;
            for (std::size_t c = 0; c < columns; ++c) sum += (x[c] - other[c]) * (x[c] - other[c]);
            near[j] = {i == j ? -1 : sum, j};  // itself before its duplicates
        }
        std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(count + 1), near.end());
        for (std::size_t k = 1; k <= count; ++k) minority.neighbours.push_back(near[k].second);
    }
    return minority;
}

/// The levels of one category: features from `first`, `count` of them.
struct Levels {
    std::size_t first = 0;
    std::size_t count = 0;
};

std::vector<Levels> levels_of(const FeatureMatrix& features, const std::vector<bool>& categorical) {
    std::vector<Levels> groups;
    for (std::size_t c = 0; c < categorical.size(); ++c) {
        if (!categorical[c]) continue;
        if (!groups.empty() && groups.back().first + groups.back().count == c &&
            features.sources[groups.back().first] == features.sources[c]) {
            ++groups.back().count;
        } else {
            groups.push_back({c, 1});
        }
    }
    return groups;
}

/// The level that most neighbours of the row have, the first of equally frequent ones.
void take_majority(double* made, const Levels& levels, const std::vector<double>& values, std::size_t columns,
                   const Minority& minority, std::size_t row) {
    std::vector<double> votes(levels.count, 0);
    for (std::size_t k = 0; k < minority.count; ++k) {
        const auto neighbour = minority.rows[minority.neighbours[row * minority.count + k]];
        for (std::size_t l = 0; l < levels.count; ++l) votes[l] += values[neighbour * columns + levels.first + l];
    }
    const auto best = static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
    for (std::size_t l = 0; l < levels.count; ++l) made[levels.first + l] = l == best ? 1 : 0;
}

/// Appends `wanted` made-up rows of a class.
void append_class(Oversampled& result, const Minority& minority, const std::vector<Levels>& categories,
                  std::size_t wanted, const SmoteOptions& options) {
    const auto columns = static_cast<std::size_t>(result.features.columns);
    NumpyRandom random(static_cast<std::uint32_t>(options.seed));
    std::vector<std::size_t> draws;
    for (std::size_t i = 0; i < wanted; ++i) draws.push_back(random.below(minority.neighbours.size()));
    for (const auto draw : draws) {
        const double u = random.uniform();
        const auto row = draw / minority.count;
        const auto x = minority.rows[row] * columns;
        const auto neighbour = minority.rows[minority.neighbours[draw]] * columns;
        const auto at = result.features.values.size();
        for (std::size_t c = 0; c < columns; ++c) {
            const double from = result.features.values[x + c];
            double made = from + u * (result.features.values[neighbour + c] - from);
            if (!options.whole.empty() && options.whole[c]) made = std::trunc(made);
            result.features.values.push_back(made);
        }
        for (const auto& levels : categories) {
            take_majority(result.features.values.data() + at, levels, result.features.values, columns, minority, row);
        }
    }
    result.features.rows += static_cast<std::int64_t>(wanted);
    result.made_up += static_cast<std::int64_t>(wanted);
}

void require_options([[maybe_unused]] const FeatureMatrix& features,
                     [[maybe_unused]] std::span<const std::int32_t> labels, const SmoteOptions& options) {
    assert(labels.size() == static_cast<std::size_t>(features.rows));
    assert(options.whole.empty() || options.whole.size() == static_cast<std::size_t>(features.columns));
    if (options.neighbours < 1) throw UsageError("SMOTE needs at least one neighbour");
    if (options.seed > std::numeric_limits<std::uint32_t>::max()) {
        throw UsageError(fmt::format("SMOTE's seed {} is 2^32 or more: numpy's generator takes less", options.seed));
    }
}

/// The median of the numbers' population deviations over the rows of a class (Chawla et al. 2002, section 6.1).
double median_deviation(const FeatureMatrix& features, const std::vector<std::size_t>& rows,
                        const std::vector<bool>& categorical) {
    const auto columns = static_cast<std::size_t>(features.columns);
    const auto size = static_cast<double>(rows.size());
    std::vector<double> deviations;
    for (std::size_t c = 0; c < columns; ++c) {
        if (categorical[c]) continue;
        double sum = 0;
        for (const auto row : rows) sum += features.values[row * columns + c];
        double squares = 0;
        for (const auto row : rows) squares += std::pow(features.values[row * columns + c] - sum / size, 2);
        deviations.push_back(std::sqrt(squares / size));
    }
    if (deviations.empty()) throw DataError("SMOTE: there is no column of numbers among the features");
    std::sort(deviations.begin(), deviations.end());
    return statistics::quantile(deviations, 0.5);
}

/// The values in which nearness is measured: two rows of different levels differ in two features, and so by the median
/// deviation of the numbers.
std::vector<double> measured_values(const FeatureMatrix& features, const std::vector<std::size_t>& rows,
                                    const std::vector<bool>& categorical) {
    auto values = features.values;
    if (categorical.empty()) return values;
    const double weight = median_deviation(features, rows, categorical) / std::sqrt(2.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (categorical[i % categorical.size()]) values[i] *= weight;
    }
    return values;
}

/// categorical: [columns], or empty for plain SMOTE.
Oversampled oversample(const FeatureMatrix& features, std::span<const std::int32_t> labels,
                       const std::vector<bool>& categorical, const SmoteOptions& options) {
    std::map<std::int32_t, std::vector<std::size_t>> classes;
    std::size_t largest = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) classes[labels[i]].push_back(i);
    for (const auto& [label, rows] : classes) largest = std::max(largest, rows.size());
    Oversampled result{.features = features, .labels = {labels.begin(), labels.end()}};
    for (const auto& [label, rows] : classes) {
        const auto wanted = largest - rows.size();
        if (wanted == 0) continue;
        if (rows.size() < 2) {
            throw DataError("SMOTE: a class has a single row to learn from, which has no neighbour of its class");
        }
        const auto count = std::min(static_cast<std::size_t>(options.neighbours), rows.size() - 1);
        const auto values = measured_values(features, rows, categorical);
        const auto minority = neighbours_of(values, static_cast<std::size_t>(features.columns), rows, count);
        append_class(result, minority, levels_of(features, categorical), wanted, options);
        result.labels.insert(result.labels.end(), wanted, label);
    }
    return result;
}

}  // namespace

Oversampled smote(const FeatureMatrix& features, std::span<const std::int32_t> labels, const SmoteOptions& options) {
    require_options(features, labels, options);
    return oversample(features, labels, {}, options);
}

Oversampled smotenc(const FeatureMatrix& features, std::span<const std::int32_t> labels,
                    const std::vector<bool>& categorical, const SmoteOptions& options) {
    require_options(features, labels, options);
    assert(categorical.size() == static_cast<std::size_t>(features.columns));
    return oversample(features, labels, categorical, options);
}

}  // namespace cellwise::tables
