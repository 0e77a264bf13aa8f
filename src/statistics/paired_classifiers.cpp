#include "statistics/paired_classifiers.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "statistics/classification.h"

namespace cellwise::statistics {
namespace {

/// For each row of one class the share of the other class's rows that lie on its wrong side, ties counting half.
struct Components {
    std::vector<double> positives, negatives;
    double area = 0;
};

Components components(std::span<const double> scores, std::span<const std::uint8_t> labels) {
    std::vector<double> positives, negatives;
    for (std::size_t i = 0; i < labels.size(); ++i) (labels[i] != 0 ? positives : negatives).push_back(scores[i]);
    const auto share_below = [](const std::vector<double>& sorted, double value) {
        const auto low = std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
        const auto high = std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
        return 0.5 * static_cast<double>(low + high) / static_cast<double>(sorted.size());
    };
    auto sorted_positives = positives, sorted_negatives = negatives;
    std::sort(sorted_positives.begin(), sorted_positives.end());
    std::sort(sorted_negatives.begin(), sorted_negatives.end());
    Components result;
    for (const double score : positives) result.positives.push_back(share_below(sorted_negatives, score));
    for (const double score : negatives) result.negatives.push_back(1 - share_below(sorted_positives, score));
    result.area = mean(result.positives);
    return result;
}

/// The variance of the mean of first − second.
double variance_of_difference(const std::vector<double>& first, const std::vector<double>& second) {
    std::vector<double> differences(first.size());
    for (std::size_t i = 0; i < first.size(); ++i) differences[i] = first[i] - second[i];
    const double deviation = *standard_deviation(differences);
    return deviation * deviation / static_cast<double>(differences.size());
}

}  // namespace

std::optional<AreaDifference> compare_areas(std::span<const double> first, std::span<const double> second,
                                            std::span<const std::uint8_t> labels, double confidence) {
    if (first.size() != labels.size() || second.size() != labels.size()) {
        throw InternalError("there must be one probability for each label");
    }
    const auto positives = std::count_if(labels.begin(), labels.end(), [](auto label) { return label != 0; });
    if (positives < 2 || static_cast<std::ptrdiff_t>(labels.size()) - positives < 2) return std::nullopt;
    const auto one = components(first, labels), other = components(second, labels);
    AreaDifference result{one.area, other.area, one.area - other.area, 0, std::nullopt, 1, {}};
    // Var(A₁ − A₂) = (S₁₁ + S₂₂ − 2 S₁₂) of the positives' components / m, and of the negatives' / n.
    result.standard_error = std::sqrt(variance_of_difference(one.positives, other.positives) +
                                      variance_of_difference(one.negatives, other.negatives));
    const double half = two_sided_z(confidence) * result.standard_error;
    result.interval = {result.difference - half, result.difference + half};
    if (result.standard_error > 0) {
        result.z = result.difference / result.standard_error;
        result.p_value = 2 * boost::math::cdf(boost::math::normal(), -std::abs(*result.z));
    }
    return result;
}

McNemarTest mcnemar_test(std::span<const std::uint8_t> first_right, std::span<const std::uint8_t> second_right,
                         double confidence) {
    const auto rows = first_right.size();
    if (rows == 0 || second_right.size() != rows) throw InternalError("McNemar's test needs the same rows twice");
    McNemarTest result;
    std::size_t both = 0, neither = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        const bool first = first_right[i] != 0, second = second_right[i] != 0;
        ++(first ? (second ? both : result.only_first) : (second ? result.only_second : neither));
    }
    const double n = static_cast<double>(rows);
    const double discordant = static_cast<double>(result.only_first + result.only_second);
    result.difference = (static_cast<double>(result.only_first) - static_cast<double>(result.only_second)) / n;
    if (discordant > 0) {
        const boost::math::binomial fair(discordant, 0.5);
        const auto fewer = static_cast<double>(std::min(result.only_first, result.only_second));
        result.p_value = std::min(1.0, 2 * boost::math::cdf(fair, fewer));
    }
    // Newcombe: the two accuracies' Wilson intervals, with their correlation φ.
    const auto first = wilson_interval(both + result.only_first, rows, confidence);
    const auto second = wilson_interval(both + result.only_second, rows, confidence);
    const double share_first = static_cast<double>(both + result.only_first) / n;
    const double share_second = static_cast<double>(both + result.only_second) / n;
    const double a = static_cast<double>(both), b = static_cast<double>(result.only_first),
                 c = static_cast<double>(result.only_second), d = static_cast<double>(neither);
    const double product = (a + b) * (c + d) * (a + c) * (b + d);
    double phi = 0;
    if (product > 0) {
        const double top = a * d - b * c;
        phi = (top > 0 ? std::max(top - n / 2, 0.0) : top) / std::sqrt(product);
    }
    const double low_first = share_first - first.low, high_first = first.high - share_first;
    const double low_second = share_second - second.low, high_second = second.high - share_second;
    const double below =
        std::sqrt(std::max(0.0, low_first * low_first - 2 * phi * low_first * high_second + high_second * high_second));
    const double above =
        std::sqrt(std::max(0.0, high_first * high_first - 2 * phi * high_first * low_second + low_second * low_second));
    result.interval = {result.difference - below, result.difference + above};
    return result;
}

}  // namespace cellwise::statistics
