#include "statistics/moments.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace cellwise::statistics {

Moments moments(std::span<const double> values) {
    if (values.empty()) throw InternalError("the moments of no values were asked for");
    Moments result;
    result.count = values.size();
    const auto n = static_cast<double>(values.size());
    // Twice: the mean of the differences takes away what rounding left in the first sum.
    double sum = 0;
    for (const double value : values) sum += value;
    const double first = sum / n;
    double rest = 0;
    for (const double value : values) rest += value - first;
    result.mean = first + rest / n;
    double squares = 0, cubes = 0, fourths = 0;
    for (const double value : values) {
        const double difference = value - result.mean;
        const double square = difference * difference;
        squares += square;
        cubes += square * difference;
        fourths += square * square;
    }
    result.population_deviation = std::sqrt(squares / n);
    if (n > 1) result.standard_deviation = std::sqrt(squares / (n - 1));
    const bool varies = squares > 0;
    if (n > 2) result.skewness = varies ? n * std::sqrt(n - 1) / (n - 2) * cubes / std::pow(squares, 1.5) : 0.0;
    if (n > 3) {
        const double scale = (n - 2) * (n - 3);
        result.kurtosis =
            varies ? n * (n + 1) * (n - 1) / scale * fourths / (squares * squares) - 3 * (n - 1) * (n - 1) / scale
                   : 0.0;
    }
    return result;
}

Histogram histogram(std::span<const double> sorted, std::size_t bins) {
    if (sorted.empty() || bins == 0) throw InternalError("a histogram needs values and bins");
    assert(std::ranges::is_sorted(sorted));
    double low = sorted.front(), high = sorted.back();
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    Histogram result;
    const double width = (high - low) / static_cast<double>(bins);
    for (std::size_t i = 0; i < bins; ++i) result.edges.push_back(low + static_cast<double>(i) * width);
    result.edges.push_back(high);
    auto from = sorted.begin();
    for (std::size_t i = 0; i < bins; ++i) {
        const auto to = i + 1 == bins ? sorted.end() : std::lower_bound(from, sorted.end(), result.edges[i + 1]);
        result.counts.push_back(static_cast<std::size_t>(to - from));
        from = to;
    }
    return result;
}

std::optional<Density> density(std::span<const double> sorted, std::size_t points) {
    if (points < 2) throw InternalError("a density needs two points");
    if (sorted.size() < 2 || sorted.front() == sorted.back()) return std::nullopt;
    assert(std::ranges::is_sorted(sorted));
    constexpr double reach = 8;  // bandwidths
    Density result;
    const auto n = static_cast<double>(sorted.size());
    result.bandwidth = *moments(sorted).standard_deviation * std::pow(n, -0.2);
    const double step = (sorted.back() - sorted.front()) / static_cast<double>(points - 1);
    auto from = sorted.begin();
    for (std::size_t i = 0; i < points; ++i) {
        const double x = i + 1 == points ? sorted.back() : sorted.front() + static_cast<double>(i) * step;
        from = std::lower_bound(from, sorted.end(), x - reach * result.bandwidth);
        double sum = 0;
        for (auto at = from; at != sorted.end() && *at <= x + reach * result.bandwidth;) {
            double count = 0;  // equal values, of which real tables have many, are one kernel
            const double value = *at;
            for (; at != sorted.end() && *at == value; ++at) ++count;
            const double z = (x - value) / result.bandwidth;
            sum += count * std::exp(-0.5 * z * z);
        }
        result.x.push_back(x);
        result.y.push_back(sum / (n * result.bandwidth * std::sqrt(2 * std::numbers::pi)));
    }
    return result;
}

}  // namespace cellwise::statistics
