#include "statistics/association.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cassert>
#include <cmath>
#include <tuple>

#include "core/error.h"

namespace cellwise::statistics {
namespace {

double normal_quantile(double confidence) { return boost::math::quantile(boost::math::normal(), (1 + confidence) / 2); }

/// Sums of one class's placements: for each of its values, the share of the other class below it, ties half.
struct Placements {
    double sum = 0, squares = 0, count = 0;
    void add(double placement, double times) {
        sum += times * placement;
        squares += times * placement * placement;
        count += times;
    }
    [[nodiscard]] double variance() const { return (squares - sum * sum / count) / (count - 1); }
};

}  // namespace

std::optional<Association> area_of_sorted(std::span<const LabelledValue> sorted, double confidence) {
    assert(std::ranges::is_sorted(sorted, {}, &LabelledValue::value));
    const auto all_positive = static_cast<double>(std::ranges::count(sorted, true, &LabelledValue::is_positive));
    const double all_negative = static_cast<double>(sorted.size()) - all_positive;
    if (all_positive == 0 || all_negative == 0) return std::nullopt;
    Placements positive, negative;
    double positives_below = 0, negatives_below = 0;
    for (std::size_t i = 0; i < sorted.size();) {
        double positives = 0, negatives = 0;
        const double value = sorted[i].value;
        for (; i < sorted.size() && sorted[i].value == value; ++i) ++(sorted[i].is_positive ? positives : negatives);
        positive.add((negatives_below + negatives / 2) / all_negative, positives);
        negative.add((all_positive - positives_below - positives / 2) / all_positive, negatives);
        positives_below += positives;
        negatives_below += negatives;
    }
    Association area;
    area.count = sorted.size();
    area.value = positive.sum / all_positive;
    if (all_positive > 1 && all_negative > 1) {
        const double error =
            std::sqrt(std::max(0.0, positive.variance() / all_positive + negative.variance() / all_negative));
        const double half = normal_quantile(confidence) * error;
        if (error > 0) area.interval = Interval{std::max(0.0, area.value - half), std::min(1.0, area.value + half)};
    }
    return area;
}

template <class Of>
void PairedSums::add_known(std::span<const double> x, std::span<const double> y, Of of, Lanes& sums) {
    Lanes sum = sums;
    const auto add = [&](std::size_t lane, std::size_t i) {
        const bool is_known = !std::isnan(x[i]) && !std::isnan(y[i]);
        const auto [first, second, third] = of(is_known ? x[i] : 0, is_known ? y[i] : 0);
        sum[lane].first += is_known ? first : 0;
        sum[lane].second += is_known ? second : 0;
        sum[lane].third += is_known ? third : 0;
    };
    constexpr std::size_t lanes = std::tuple_size_v<Lanes>;
    std::size_t i = 0;
    for (; i + lanes <= x.size(); i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) add(lane, i + lane);
    }
    for (; i < x.size(); ++i) add(i % lanes, i);
    sums = sum;
}

PairedSums::Three PairedSums::total(const Lanes& sums) {
    Three sum;
    for (const auto& one : sums) {
        sum.first += one.first;
        sum.second += one.second;
        sum.third += one.third;
    }
    return sum;
}

void PairedSums::add_to_means(std::span<const double> x, std::span<const double> y) {
    if (x.size() != y.size()) throw InternalError("pearson: unequal lengths");
    add_known(
        x, y,
        [](double a, double b) {
            return Three{1, a, b};
        },
        means_);
}

void PairedSums::add_to_products(std::span<const double> x, std::span<const double> y) {
    if (x.size() != y.size()) throw InternalError("pearson: unequal lengths");
    const auto [n, sum_x, sum_y] = total(means_);
    if (n < 3) return;
    const double mean_x = sum_x / n, mean_y = sum_y / n;
    const auto products = [mean_x, mean_y](double a, double b) {
        const double dx = a - mean_x, dy = b - mean_y;
        return Three{dx * dx, dy * dy, dx * dy};
    };
    add_known(x, y, products, products_);
}

std::optional<Association> PairedSums::pearson(double confidence) const {
    const double n = total(means_).first;
    const auto [xx, yy, xy] = total(products_);
    if (n < 3 || !(xx > 0) || !(yy > 0)) return std::nullopt;
    Association r;
    r.count = static_cast<std::size_t>(n);
    r.value = std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
    if (n > 3 && std::abs(r.value) < 1) {
        const double half = normal_quantile(confidence) / std::sqrt(n - 3);
        r.interval = Interval{std::tanh(std::atanh(r.value) - half), std::tanh(std::atanh(r.value) + half)};
    }
    return r;
}

std::optional<Association> pearson(std::span<const double> x, std::span<const double> y, double confidence) {
    PairedSums sums;
    sums.add_to_means(x, y);
    sums.add_to_products(x, y);
    return sums.pearson(confidence);
}

double fisher_exact_p(std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    const auto log_choose = [](double n, double k) {
        return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
    };
    const auto row = static_cast<double>(a + b), other = static_cast<double>(c + d),
               column = static_cast<double>(a + c);
    const auto log_p = [&](double first) {
        return log_choose(row, first) + log_choose(other, column - first) - log_choose(row + other, column);
    };
    const double observed = log_p(static_cast<double>(a));
    double sum = 0;
    const auto least = a + c > c + d ? a + c - (c + d) : 0, most = std::min(a + b, a + c);
    for (std::size_t first = least; first <= most; ++first) {
        const double p = log_p(static_cast<double>(first));
        if (p <= observed + 1e-7) sum += std::exp(p);
    }
    return std::min(1.0, sum);
}

}  // namespace cellwise::statistics
