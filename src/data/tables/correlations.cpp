#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/parallel_for.h"
#include "data/tables/columns.h"
#include "data/tables/description.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t most_correlated = 200;
constexpr std::size_t part_rows = 256;
constexpr std::size_t segment_rows = std::size_t{1} << 16, most_segments = 32;  // whatever the number of threads
/// A side varies if its variance is more than what rounding leaves of the squares about the column's centre.
constexpr double least_variance = 1e-13;

using Numbers = std::array<double, part_rows>;

double dot(const Numbers& a, const Numbers& b) {
    constexpr std::size_t lanes = 8;  // sums side by side, which do not wait for each other
    std::array<double, lanes> sums{};
    for (std::size_t i = 0; i < part_rows; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
    }
    double sum = 0;
    for (const double one : sums) sum += one;
    return sum;
}

/// The column's mean, or its value where all are equal: numbers less it lose little when they are squared.
double centre_of(const Column& column) {
    double sum = 0, count = 0;
    double least = std::numeric_limits<double>::infinity(), most = -least;
    visit_numbers(column, [&](const auto& numbers) {
        for (std::size_t row = 0; row < numbers.size(); ++row) {
            const auto number = static_cast<double>(numbers[row]);
            if (std::isnan(number)) continue;
            least = std::min(least, number);
            most = std::max(most, number);
            sum += number;
            ++count;
        }
    });
    if (count == 0) return 0;
    return least == most ? least : sum / count;
}

/// Rows of a column: numbers less its centre, 0 where missing and behind the last row.
struct Part {
    Numbers difference, square, known;
    bool is_complete = false;
    double count = 0, sum = 0, squares = 0;

    void take(const Column& column, double centre, std::size_t from, std::size_t rows) {
        if (column.integers.empty()) {
            column.numbers.copy(from, std::span(difference).first(rows));
        } else {
            for (std::size_t i = 0; i < rows; ++i) difference[i] = static_cast<double>(column.integers[from + i]);
        }
        count = sum = squares = 0;
        for (std::size_t i = 0; i < part_rows; ++i) {
            const bool is_known = i < rows && !std::isnan(difference[i]);
            difference[i] = is_known ? difference[i] - centre : 0;
            square[i] = difference[i] * difference[i];
            known[i] = is_known ? 1 : 0;
            count += known[i];
            sum += difference[i];
            squares += square[i];
        }
        is_complete = count == static_cast<double>(part_rows);
    }
};

/// Over the rows in which both of two columns have a number.
struct PairSums {
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;

    void add(const Part& a, const Part& b) {
        xy += dot(a.difference, b.difference);
        x += b.is_complete ? a.sum : dot(a.difference, b.known);
        xx += b.is_complete ? a.squares : dot(a.square, b.known);
        y += a.is_complete ? b.sum : dot(b.difference, a.known);
        yy += a.is_complete ? b.squares : dot(b.square, a.known);
        n += a.is_complete ? b.count : b.is_complete ? a.count : dot(a.known, b.known);
    }
    void add(const PairSums& other) {
        n += other.n;
        x += other.x;
        y += other.y;
        xx += other.xx;
        yy += other.yy;
        xy += other.xy;
    }
    /// Pearson's r; NaN for fewer than three rows or where a side does not vary.
    [[nodiscard]] double correlation() const {
        const double varies_x = xx - x * x / n, varies_y = yy - y * y / n;
        if (n < 3 || !(varies_x > least_variance * xx) || !(varies_y > least_variance * yy)) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        return std::clamp((xy - x * y / n) / std::sqrt(varies_x) / std::sqrt(varies_y), -1.0, 1.0);
    }
};

/// Of each of the columns with itself and with those before it.
using Triangle = std::vector<std::vector<PairSums>>;

Triangle sums_of_rows(const std::vector<const Column*>& columns, const std::vector<double>& centres, std::size_t from,
                      std::size_t end) {
    Triangle sums;
    for (std::size_t i = 0; i < columns.size(); ++i) sums.emplace_back(i + 1);
    std::vector<Part> parts(columns.size());
    for (; from < end; from += part_rows) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            parts[i].take(*columns[i], centres[i], from, std::min(part_rows, end - from));
            for (std::size_t k = 0; k <= i; ++k) sums[i][k].add(parts[i], parts[k]);
        }
    }
    return sums;
}

}  // namespace

Correlations correlations(const Table& table, int threads) {
    Correlations result;
    std::vector<const Column*> columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (!is_number(table.columns[i])) continue;
        result.columns.push_back(i);
        columns.push_back(&table.columns[i]);
    }
    if (columns.size() > most_correlated) {
        result.columns.clear();
        return result;
    }
    const std::size_t count = columns.size(), rows = static_cast<std::size_t>(table.rows);
    std::vector<double> centres(count);
    parallel_for(count, threads, [&](std::size_t i) { centres[i] = centre_of(*columns[i]); });
    const std::size_t segments = std::clamp<std::size_t>(rows / segment_rows, 1, most_segments);
    const auto bound = [&](std::size_t segment) { return rows * segment / segments; };
    std::vector<Triangle> sums(segments);
    parallel_for(segments, threads,
                 [&](std::size_t i) { sums[i] = sums_of_rows(columns, centres, bound(i), bound(i + 1)); });
    result.matrix.assign(count, std::vector<double>(count));
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k <= i; ++k) {
            for (std::size_t segment = 1; segment < segments; ++segment) sums[0][i][k].add(sums[segment][i][k]);
            const double r = sums[0][i][k].correlation();
            result.matrix[i][k] = result.matrix[k][i] = i == k && !std::isnan(r) ? 1 : r;
        }
    }
    return result;
}

}  // namespace cellwise::tables
