#include "statistics/moments.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace cellwise::statistics {

Moments moments(const CountedValues& sample) {
    if (sample.total == 0) throw InternalError("the moments of no values were asked for");
    Moments result;
    result.count = sample.total;
    const auto n = static_cast<double>(sample.total);
    const auto sum_of = [&](auto of) {
        double sum = 0;
        for (std::size_t i = 0; i < sample.values.size(); ++i) {
            sum += static_cast<double>(sample.counts[i]) * of(sample.values[i]);
        }
        return sum;
    };
    // Twice: the mean of the differences takes away what rounding left in the first sum.
    const double first = sum_of([](double value) { return value; }) / n;
    result.mean = first + sum_of([&](double value) { return value - first; }) / n;
    // Powers of very large and very small differences pass what a double holds: those are scaled by a power of two
    // first.
    const double largest = std::max(result.mean - sample.values.front(), sample.values.back() - result.mean);
    const bool is_extreme = std::isfinite(largest) && largest > 0 && (largest > 1e70 || largest < 1e-70);
    const int exponent = is_extreme ? std::clamp(std::ilogb(largest), -1000, 1000) : 0;
    const double unit = std::ldexp(1.0, -exponent);
    double squares = 0, cubes = 0, fourths = 0;
    for (std::size_t i = 0; i < sample.values.size(); ++i) {
        const double difference = (sample.values[i] - result.mean) * unit;
        const double square = difference * difference * static_cast<double>(sample.counts[i]);
        squares += square;
        cubes += square * difference;
        fourths += square * difference * difference;
    }
    result.population_deviation = std::ldexp(std::sqrt(squares / n), exponent);
    if (n > 1) result.standard_deviation = std::ldexp(std::sqrt(squares / (n - 1)), exponent);
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

Histogram histogram(const CountedValues& sample, std::size_t bins) {
    if (sample.total == 0 || bins == 0) throw InternalError("a histogram needs values and bins");
    double low = sample.values.front(), high = sample.values.back();
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    Histogram result;
    const double width = (high - low) / static_cast<double>(bins);
    for (std::size_t i = 0; i < bins; ++i) result.edges.push_back(low + static_cast<double>(i) * width);
    result.edges.push_back(high);
    result.counts.assign(bins, 0);
    std::size_t bin = 0;
    for (std::size_t i = 0; i < sample.values.size(); ++i) {
        while (bin + 1 < bins && sample.values[i] >= result.edges[bin + 1]) ++bin;
        result.counts[bin] += sample.counts[i];
    }
    return result;
}

std::optional<Density> density(const CountedValues& sample, std::size_t points) {
    if (points < 2) throw InternalError("a density needs two points");
    if (sample.values.size() < 2) return std::nullopt;
    Density result;
    const auto n = static_cast<double>(sample.total);
    const double h = result.bandwidth = *moments(sample).standard_deviation * std::pow(n, -0.2);
    const double least = sample.values.front(), step = (sample.values.back() - least) / static_cast<double>(points - 1);
    for (std::size_t i = 0; i + 1 < points; ++i) result.x.push_back(least + static_cast<double>(i) * step);
    result.x.push_back(sample.values.back());
    result.y.assign(points, 0);
    // A value's kernel at the nearest point is an exponential. From a point to the next one it changes by a factor, and
    // the factor itself by one that is the same everywhere: exp(−(z + d)²/2) = exp(−z²/2)·exp(−z·d − d²/2).
    constexpr double reach = 8;  // bandwidths
    const double d = step / h, change = std::exp(-d * d);
    for (std::size_t k = 0; k < sample.values.size(); ++k) {
        const double value = sample.values[k], count = static_cast<double>(sample.counts[k]);
        const double place = (value - least) / step;  // no number where the range passes what a double holds
        const auto nearest =
            std::isfinite(place) ? std::min(points - 1, static_cast<std::size_t>(std::lround(place))) : std::size_t{0};
        const auto is_near = [&](std::size_t i) { return std::abs(result.x[i] - value) <= reach * h; };
        if (!is_near(nearest)) continue;
        const double z = (result.x[nearest] - value) / h, height = count * std::exp(-0.5 * z * z);
        result.y[nearest] += height;
        if (nearest + 1 < points && is_near(nearest + 1)) {
            double y = height, factor = std::exp(-z * d - 0.5 * d * d);
            for (std::size_t i = nearest + 1; i < points && is_near(i); ++i) {
                result.y[i] += y *= factor;
                factor *= change;
            }
        }
        if (nearest > 0 && is_near(nearest - 1)) {
            double y = height, factor = std::exp(z * d - 0.5 * d * d);
            for (std::size_t i = nearest; i > 0 && is_near(i - 1); --i) {
                result.y[i - 1] += y *= factor;
                factor *= change;
            }
        }
    }
    for (auto& y : result.y) y /= n * h * std::sqrt(2 * std::numbers::pi);
    return result;
}

}  // namespace cellwise::statistics
