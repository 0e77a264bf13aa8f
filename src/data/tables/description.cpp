#include "data/tables/description.h"

#include <algorithm>
#include <cmath>

#include "core/parallel_for.h"
#include "data/tables/number_counts.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t histogram_bins = 30;
constexpr std::size_t density_points = 101;  // the quarters of the range are among them
constexpr std::int64_t listed_levels = 10;

NumberFigures figures_of(const statistics::CountedValues& sample) {
    const auto moments = statistics::moments(sample);
    NumberFigures figures;
    figures.mean = moments.mean;
    figures.std = moments.standard_deviation;
    figures.skew = moments.skewness;
    figures.kurtosis = moments.kurtosis;
    figures.min = sample.values.front();
    figures.max = sample.values.back();
    figures.q25 = statistics::quantile(sample, 0.25);
    figures.median = statistics::quantile(sample, 0.5);
    figures.q75 = statistics::quantile(sample, 0.75);
    const double range = figures.q75 - figures.q25;
    figures.iqr_outliers = static_cast<std::int64_t>(
        statistics::count_outside(sample, figures.q25 - 1.5 * range, figures.q75 + 1.5 * range));
    double low = figures.q25 - 10 * range, high = figures.q75 + 10 * range;
    if (figures.min > 0) {  // many amounts are lognormal, and their long tail is no fault
        const double factor = std::pow(figures.q75 / figures.q25, 4);
        low = std::min(low, figures.q25 / factor);
        high = std::max(high, figures.q75 * factor);
    }
    figures.far_outliers = static_cast<std::int64_t>(statistics::count_outside(sample, low, high));
    if (const double deviation = moments.population_deviation; deviation > 0) {
        for (std::size_t i = 0; i < sample.values.size(); ++i) {
            const bool is_outlier = std::abs((sample.values[i] - moments.mean) / deviation) > 3;
            if (is_outlier) figures.z_outliers += static_cast<std::int64_t>(sample.counts[i]);
        }
    }
    figures.histogram = statistics::histogram(sample, histogram_bins);
    figures.density = statistics::density(sample, density_points);
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

}  // namespace

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
        const auto sample = sample_of(column);
        if (column.codes.empty()) description.unique = static_cast<std::int64_t>(sample.values.size());
        if (sample.total > 0) {
            description.numbers = figures_of(sample);
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

}  // namespace cellwise::tables
