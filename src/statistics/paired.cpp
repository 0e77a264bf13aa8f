#include "statistics/paired.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "statistics/student_t.h"

namespace cellwise::statistics {
namespace {

/// How many of the sign patterns of differences[index…] bring |sum| to `threshold`.
std::uint64_t count_reaching(std::span<const double> differences, double sum, double threshold) {
    if (differences.empty()) return std::abs(sum) >= threshold ? 1 : 0;
    const auto rest = differences.subspan(1);
    return count_reaching(rest, sum + differences[0], threshold) +
           count_reaching(rest, sum - differences[0], threshold);
}

std::uint64_t draw_reaching(std::span<const double> differences, double threshold) {
    Random random(0, "sign flips");
    std::uint64_t hits = 0;
    for (std::uint64_t draw = 0; draw < drawn_sign_patterns; ++draw) {
        double sum = 0;
        std::uint64_t signs = 0;
        for (std::size_t i = 0; i < differences.size(); ++i) {
            if (i % 64 == 0) signs = random.bits();
            sum += (signs >> (i % 64) & 1) != 0 ? differences[i] : -differences[i];
        }
        if (std::abs(sum) >= threshold) ++hits;
    }
    return hits;
}

double power_of(double effect, double pairs, double alpha) {
    const double critical = student_t_quantile(1 - alpha / 2, pairs - 1);
    const boost::math::non_central_t distribution(pairs - 1, effect * std::sqrt(pairs));
    return boost::math::cdf(boost::math::complement(distribution, critical)) +
           boost::math::cdf(distribution, -critical);
}

}  // namespace

SignFlipTest sign_flip_test(std::span<const double> differences) {
    if (differences.empty()) throw InternalError("a permutation test of no differences was asked for");
    double sum = 0;
    double scale = 0;
    for (const double difference : differences) {
        sum += difference;
        scale += std::abs(difference);
    }
    // Patterns that tie with the observed one may come out a rounding below it.
    const double threshold = std::abs(sum) - 1e-12 * scale;
    if (differences.size() <= most_exact_pairs) {
        const double patterns = std::ldexp(1.0, static_cast<int>(differences.size()));
        return {static_cast<double>(count_reaching(differences, 0, threshold)) / patterns, 2 / patterns, true};
    }
    const double draws = static_cast<double>(drawn_sign_patterns) + 1;
    return {(static_cast<double>(draw_reaching(differences, threshold)) + 1) / draws, 1 / draws, false};
}

PairedComparison compare_pairs(std::span<const double> first, std::span<const double> second, double confidence) {
    if (first.size() != second.size()) throw InternalError("a paired comparison needs as many values on both sides");
    std::vector<double> differences(first.size());
    std::transform(first.begin(), first.end(), second.begin(), differences.begin(), std::minus<>());
    if (!std::all_of(differences.begin(), differences.end(), [](double value) { return std::isfinite(value); })) {
        throw InternalError("a paired comparison needs finite values");
    }
    PairedComparison result;
    result.difference = summarise(differences, confidence);
    result.sign_flip = sign_flip_test(differences);
    if (const auto& deviation = result.difference.standard_deviation) {
        const auto count = static_cast<double>(differences.size());
        const double centre = result.difference.mean;
        result.t = *deviation > 0 ? centre / (*deviation / std::sqrt(count))
                   : centre == 0  ? 0
                                  : std::copysign(std::numeric_limits<double>::infinity(), centre);
        result.p_value = two_sided_p(*result.t, count - 1);
    }
    return result;
}

std::vector<double> holm(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto one, auto other) { return p_values[one] < p_values[other]; });
    std::vector<double> corrected(p_values.size());
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const double scaled = static_cast<double>(order.size() - rank) * p_values[order[rank]];
        largest = std::max(largest, std::min(scaled, 1.0));
        corrected[order[rank]] = largest;
    }
    return corrected;
}

std::optional<std::size_t> pairs_needed(double mean_difference, double standard_deviation, double alpha, double power) {
    constexpr std::size_t fewest = 2;
    constexpr std::size_t most = 1'000'000;
    if (mean_difference == 0) return std::nullopt;
    if (standard_deviation == 0) return fewest;
    const double effect = std::abs(mean_difference) / standard_deviation;
    const auto enough = [&](std::size_t pairs) { return power_of(effect, static_cast<double>(pairs), alpha) >= power; };
    std::size_t above = fewest;
    while (!enough(above)) {
        if (above >= most) return std::nullopt;
        above *= 2;
    }
    std::size_t below = above == fewest ? fewest : above / 2;
    while (above - below > 1) {  // enough(above), not enough(below)
        const std::size_t middle = below + (above - below) / 2;
        (enough(middle) ? above : below) = middle;
    }
    return above;
}

}  // namespace cellwise::statistics
