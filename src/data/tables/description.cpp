#include "data/tables/description.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel_for.h"
#include "core/radix_sort.h"
#include "data/tables/columns.h"
#include "statistics/association.h"
#include "statistics/line_fit.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t histogram_bins = 30;
constexpr std::size_t density_points = 101;  // the quarters of the range are among them
constexpr std::int64_t listed_levels = 10;
constexpr std::size_t most_correlated = 200;

std::int64_t distinct_in(const std::vector<double>& sorted) {
    std::int64_t distinct = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) distinct += i == 0 || sorted[i] != sorted[i - 1];
    return distinct;
}

/// How many lie below `low` or above `high`.
std::int64_t outside(const std::vector<double>& sorted, double low, double high) {
    const auto below = std::ranges::lower_bound(sorted, low) - sorted.begin();
    const auto above = sorted.end() - std::ranges::upper_bound(sorted, high);
    return below + above;
}

NumberFigures figures_of(const std::vector<double>& sorted) {
    const auto moments = statistics::moments(sorted);
    NumberFigures figures;
    figures.mean = moments.mean;
    figures.std = moments.standard_deviation;
    figures.skew = moments.skewness;
    figures.kurtosis = moments.kurtosis;
    figures.min = sorted.front();
    figures.max = sorted.back();
    figures.q25 = statistics::quantile(sorted, 0.25);
    figures.median = statistics::quantile(sorted, 0.5);
    figures.q75 = statistics::quantile(sorted, 0.75);
    const double range = figures.q75 - figures.q25;
    figures.iqr_outliers = outside(sorted, figures.q25 - 1.5 * range, figures.q75 + 1.5 * range);
    double low = figures.q25 - 10 * range, high = figures.q75 + 10 * range;
    if (figures.min > 0) {  // many amounts are lognormal, and their long tail is no fault
        const double factor = std::pow(figures.q75 / figures.q25, 4);
        low = std::min(low, figures.q25 / factor);
        high = std::max(high, figures.q75 * factor);
    }
    figures.far_outliers = outside(sorted, low, high);
    if (const double deviation = moments.population_deviation; deviation > 0) {
        figures.z_outliers = std::ranges::count_if(
            sorted, [&](double value) { return std::abs((value - moments.mean) / deviation) > 3; });
    }
    figures.histogram = statistics::histogram(sorted, histogram_bins);
    figures.density = statistics::density(sorted, density_points);
    return figures;
}

/// Counts of all levels; of the most frequent ones, those that come first in the file first.
void count_levels(const Column& column, ColumnDescription& description) {
    struct Count {
        std::int64_t count = 0;
        std::size_t first = 0;  ///< row
        std::size_t code = 0;
    };
    std::vector<Count> counts(column.levels.size());
    column.codes.visit([&](auto codes) {
        for (std::size_t row = 0; row < codes.size(); ++row) {
            if (codes[row] < 0) continue;
            auto& level = counts[static_cast<std::size_t>(codes[row])];
            if (level.count++ == 0) level.first = row;
        }
    });
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i].code = i;
    std::erase_if(counts, [](const Count& count) { return count.count == 0; });
    description.unique = static_cast<std::int64_t>(counts.size());
    const auto shown = std::min<std::size_t>(listed_levels, counts.size());
    std::ranges::partial_sort(
        counts, counts.begin() + static_cast<std::ptrdiff_t>(shown),
        [](const Count& a, const Count& b) { return a.count != b.count ? a.count > b.count : a.first < b.first; });
    for (std::size_t i = 0; i < shown; ++i) {
        description.levels.push_back({column.levels[counts[i].code], counts[i].count});
    }
}

std::int64_t bytes_of(const Column& column) {
    std::size_t bytes = column.numbers.bytes() + column.integers.size() * sizeof(std::int64_t) + column.codes.bytes();
    constexpr std::size_t within = 15;  // bytes that a string keeps in itself
    for (const auto& level : column.levels) {
        bytes += sizeof(std::string) + (level.size() > within ? level.size() + 1 : 0);
    }
    return static_cast<std::int64_t>(bytes);
}

/// r of each of the columns `first` to below `last` with itself and with those before it. A part of the rows at a time
/// is made wide.
void correlate(const Table& table, std::span<const std::size_t> columns, std::size_t first, std::size_t last,
               std::vector<std::vector<double>>& matrix) {
    constexpr std::size_t part = 1024;
    const auto rows = static_cast<std::size_t>(table.rows);
    std::vector<std::vector<statistics::PairedSums>> sums;
    for (std::size_t i = first; i < last; ++i) sums.emplace_back(i + 1);
    std::vector<std::vector<double>> storage(last - first);
    std::vector<std::span<const double>> x(last - first);
    std::vector<double> other;
    for (const auto add : {&statistics::PairedSums::add_to_means, &statistics::PairedSums::add_to_products}) {
        for (std::size_t from = 0; from < rows; from += part) {
            const auto count = std::min(part, rows - from);
            const auto wide = [&](std::size_t i, std::vector<double>& room) {
                return numbers_in(table.columns[columns[i]], from, count, room);
            };
            for (std::size_t i = first; i < last; ++i) x[i - first] = wide(i, storage[i - first]);
            for (std::size_t k = 0; k < last; ++k) {
                const auto y = k < first ? wide(k, other) : x[k - first];
                for (std::size_t i = std::max(first, k); i < last; ++i) (sums[i - first][k].*add)(x[i - first], y);
            }
        }
    }
    for (std::size_t i = first; i < last; ++i) {
        for (std::size_t k = 0; k <= i; ++k) {
            if (const auto r = sums[i - first][k].pearson()) matrix[i][k] = k == i ? 1 : r->value;
        }
    }
}

}  // namespace

std::span<const double> numbers_in(const Column& column, std::size_t from, std::size_t count,
                                   std::vector<double>& storage) {
    if (column.integers.empty()) {
        if (const auto wide = column.numbers.wide(); !wide.empty()) return wide.subspan(from, count);
        storage.resize(count);
        column.numbers.copy(from, storage);
    } else {
        const auto begin = column.integers.begin() + static_cast<std::ptrdiff_t>(from);
        storage.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
    return storage;
}

ColumnDescription describe_column(const Column& column) {
    ColumnDescription description;
    description.name = column.name;
    description.kind = column.kind;
    description.reason = column.reason;
    description.spellings = column.spellings;
    description.bytes = bytes_of(column);
    description.missing = missing_count(column);
    const auto rows = std::max({column.numbers.size(), column.integers.size(), column.codes.size()});
    description.count = static_cast<std::int64_t>(rows) - description.missing;
    if (!column.codes.empty()) count_levels(column, description);
    if (is_number(column) || column.kind == Kind::date ||
        (column.kind == Kind::identifier && !column.numbers.empty())) {
        auto sorted = numbers_of(column);
        std::erase_if(sorted, [](double value) { return std::isnan(value); });
        sort_numbers(sorted);
        if (column.codes.empty()) description.unique = distinct_in(sorted);
        if (!sorted.empty()) {
            description.numbers = figures_of(sorted);
            if (!column.integers.empty()) {
                const auto [least, most] = std::ranges::minmax(column.integers);
                description.numbers->whole_range = std::pair(least, most);
            }
        }
    }
    return description;
}

TableDescription describe(const Table& table, int threads) {
    TableDescription description;
    description.origin = table.origin;
    description.rows = table.rows;
    description.notes = table.notes;
    description.columns.resize(table.columns.size());
    parallel_for(table.columns.size(), threads,
                 [&](std::size_t i) { description.columns[i] = describe_column(table.columns[i]); });
    for (const auto& column : description.columns) description.bytes += column.bytes;
    return description;
}

Correlations correlations(const Table& table, int threads) {
    Correlations result;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (is_number(table.columns[i])) result.columns.push_back(i);
    }
    if (result.columns.size() > most_correlated) {
        result.columns.clear();
        return result;
    }
    const std::size_t count = result.columns.size();
    result.matrix.assign(count, std::vector<double>(count, std::numeric_limits<double>::quiet_NaN()));
    constexpr std::size_t together = 4;  // columns for which the others are made wide once
    parallel_for((count + together - 1) / together, threads, [&](std::size_t i) {
        correlate(table, result.columns, i * together, std::min(count, (i + 1) * together), result.matrix);
    });
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = i + 1; k < count; ++k) result.matrix[i][k] = result.matrix[k][i];
    }
    return result;
}

}  // namespace cellwise::tables
