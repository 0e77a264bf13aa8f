#include "statistics/classification.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"

namespace cellwise::statistics {
namespace {

using std::size_t;

std::optional<double> share(size_t part, size_t whole) {
    if (whole == 0) return std::nullopt;
    return static_cast<double>(part) / static_cast<double>(whole);
}

void require_valid(const Scores& scores) {
    if (scores.probabilities.size() != scores.labels.size()) {
        throw InternalError("there must be one probability for each label");
    }
    for (const double probability : scores.probabilities) {
        if (!(probability >= 0 && probability <= 1)) throw InternalError("a probability is not in [0, 1]");
    }
}

std::vector<size_t> descending(const Scores& scores) {
    std::vector<size_t> order(scores.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(),
              [&](size_t one, size_t other) { return scores.probabilities[one] > scores.probabilities[other]; });
    return order;
}

/// Calls visit(threshold, true positives, false positives) for each distinct probability, downwards.
template <class Visit>
void for_each_threshold(const Scores& scores, Visit&& visit) {
    const auto order = descending(scores);
    size_t true_positives = 0, false_positives = 0;
    for (size_t i = 0; i < order.size(); ++i) {
        const double probability = scores.probabilities[order[i]];
        ++(scores.labels[order[i]] != 0 ? true_positives : false_positives);
        const bool is_last_of_equals = i + 1 == order.size() || scores.probabilities[order[i + 1]] != probability;
        if (is_last_of_equals) visit(probability, true_positives, false_positives);
    }
}

size_t positives_of(const Scores& scores) {
    return static_cast<size_t>(
        std::count_if(scores.labels.begin(), scores.labels.end(), [](auto label) { return label != 0; }));
}

/// The rank of each value from 1, upwards; equal values share the mean of their ranks.
std::vector<double> midranks(const std::vector<double>& values) {
    std::vector<size_t> order(values.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t one, size_t other) { return values[one] < values[other]; });
    std::vector<double> ranks(values.size());
    for (size_t begin = 0; begin < order.size();) {
        size_t end = begin;
        while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
        for (size_t i = begin; i < end; ++i) ranks[order[i]] = 0.5 * static_cast<double>(begin + 1 + end);
        begin = end;
    }
    return ranks;
}

/// For each review of one class the share of the other class's that lie below it, ties counting half
/// (the structural components of DeLong; by midranks as Sun and Xu, IEEE Signal Processing Letters 21, 2014).
std::vector<double> shares_below(const std::vector<double>& own, const std::vector<double>& others) {
    auto all = own;
    all.insert(all.end(), others.begin(), others.end());
    const auto among_all = midranks(all);
    const auto among_own = midranks(own);
    std::vector<double> shares(own.size());
    for (size_t i = 0; i < own.size(); ++i) {
        shares[i] = (among_all[i] - among_own[i]) / static_cast<double>(others.size());
    }
    return shares;
}

}  // namespace

double two_sided_z(double confidence) {
    if (!(confidence > 0 && confidence < 1)) throw InternalError("a confidence must lie between 0 and 1");
    return boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2);
}

std::optional<double> Confusion::accuracy() const { return share(right(), total()); }
std::optional<double> Confusion::precision() const { return share(true_positives, true_positives + false_positives); }
std::optional<double> Confusion::recall() const { return share(true_positives, true_positives + false_negatives); }
std::optional<double> Confusion::specificity() const { return share(true_negatives, true_negatives + false_positives); }
std::optional<double> Confusion::f1() const {
    return share(2 * true_positives, 2 * true_positives + false_positives + false_negatives);
}

Confusion confusion(const Scores& scores, double threshold) {
    require_valid(scores);
    Confusion counts;
    for (size_t i = 0; i < scores.size(); ++i) {
        const bool said_positive = scores.probabilities[i] > threshold;
        if (scores.labels[i] != 0) {
            ++(said_positive ? counts.true_positives : counts.false_negatives);
        } else {
            ++(said_positive ? counts.false_positives : counts.true_negatives);
        }
    }
    return counts;
}

std::vector<RocPoint> roc_curve(const Scores& scores) {
    require_valid(scores);
    const auto positives = positives_of(scores);
    const auto negatives = scores.size() - positives;
    if (positives == 0 || negatives == 0) return {};
    std::vector<RocPoint> curve{{std::numeric_limits<double>::infinity(), 0, 0}};
    for_each_threshold(scores, [&](double threshold, size_t true_positives, size_t false_positives) {
        curve.push_back({threshold, *share(false_positives, negatives), *share(true_positives, positives)});
    });
    return curve;
}

std::optional<RocArea> roc_area(const Scores& scores, double confidence) {
    require_valid(scores);
    std::vector<double> positives, negatives;
    for (size_t i = 0; i < scores.size(); ++i) {
        (scores.labels[i] != 0 ? positives : negatives).push_back(scores.probabilities[i]);
    }
    if (positives.empty() || negatives.empty()) return std::nullopt;
    const auto of_positives = shares_below(positives, negatives);
    RocArea area{mean(of_positives), std::nullopt, std::nullopt};
    if (positives.size() < 2 || negatives.size() < 2) return area;
    const double spread_positives = *standard_deviation(of_positives);
    const double spread_negatives = *standard_deviation(shares_below(negatives, positives));
    area.standard_error = std::sqrt(spread_positives * spread_positives / static_cast<double>(positives.size()) +
                                    spread_negatives * spread_negatives / static_cast<double>(negatives.size()));
    if (*area.standard_error == 0) return area;
    const double half = two_sided_z(confidence) * *area.standard_error;
    area.interval = Interval{std::max(0.0, area.area - half), std::min(1.0, area.area + half)};
    return area;
}

std::vector<PrecisionRecallPoint> precision_recall_curve(const Scores& scores) {
    require_valid(scores);
    const auto positives = positives_of(scores);
    if (positives == 0) return {};
    std::vector<PrecisionRecallPoint> curve{{std::numeric_limits<double>::infinity(), 1, 0}};
    for_each_threshold(scores, [&](double threshold, size_t true_positives, size_t false_positives) {
        curve.push_back(
            {threshold, *share(true_positives, true_positives + false_positives), *share(true_positives, positives)});
    });
    return curve;
}

std::optional<double> average_precision(const Scores& scores) {
    const auto curve = precision_recall_curve(scores);
    if (curve.empty()) return std::nullopt;
    double sum = 0;
    for (size_t i = 1; i < curve.size(); ++i) sum += (curve[i].recall - curve[i - 1].recall) * curve[i].precision;
    return sum;
}

Interval wilson_interval(std::size_t successes, std::size_t trials, double confidence) {
    if (trials == 0 || successes > trials) throw InternalError("a share needs trials, and at most as many successes");
    const double z = two_sided_z(confidence), n = static_cast<double>(trials);
    const double p = static_cast<double>(successes) / n;
    const double scale = 1 + z * z / n;
    const double centre = (p + z * z / (2 * n)) / scale;
    const double half = z / scale * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    // Exactly 0 and 1 at the ends, where rounding would leave a hair.
    return {successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half};
}

}  // namespace cellwise::statistics
