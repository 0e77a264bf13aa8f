#include "statistics/association.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cassert>
#include <cmath>

#include "core/error.h"

namespace cellwise::statistics {
namespace {

double normal_quantile(double confidence) { return boost::math::quantile(boost::math::normal(), (1 + confidence) / 2); }

}  // namespace

void RankedScores::Placements::add(double placement, double times) {
    sum += times * placement;
    squares += times * placement * placement;
    count += times;
}

double RankedScores::Placements::variance() const { return (squares - sum * sum / count) / (count - 1); }

RankedScores::RankedScores(std::size_t positives, std::size_t negatives)
    : all_positive_(static_cast<double>(positives)), all_negative_(static_cast<double>(negatives)) {}

void RankedScores::add(std::size_t positives, std::size_t negatives) {
    const auto more_positive = static_cast<double>(positives), more_negative = static_cast<double>(negatives);
    const double positives_below = positive_.count, negatives_below = negative_.count;
    positive_.add((negatives_below + more_negative / 2) / all_negative_, more_positive);
    negative_.add((all_positive_ - positives_below - more_positive / 2) / all_positive_, more_negative);
}

std::optional<Association> RankedScores::area(double confidence) const {
    assert(positive_.count == all_positive_ && negative_.count == all_negative_);
    if (all_positive_ == 0 || all_negative_ == 0) return std::nullopt;
    Association area;
    area.count = static_cast<std::size_t>(all_positive_ + all_negative_);
    area.value = positive_.sum / all_positive_;
    if (all_positive_ > 1 && all_negative_ > 1) {
        const double error =
            std::sqrt(std::max(0.0, positive_.variance() / all_positive_ + negative_.variance() / all_negative_));
        const double half = normal_quantile(confidence) * error;
        if (error > 0) area.interval = Interval{std::max(0.0, area.value - half), std::min(1.0, area.value + half)};
    }
    return area;
}

std::optional<Association> area_of_sorted(std::span<const LabelledValue> sorted, double confidence) {
    assert(std::ranges::is_sorted(sorted, {}, &LabelledValue::value));
    const auto all_positive = static_cast<std::size_t>(std::ranges::count(sorted, true, &LabelledValue::is_positive));
    RankedScores ranks(all_positive, sorted.size() - all_positive);
    for (std::size_t i = 0; i < sorted.size();) {
        std::size_t positives = 0, negatives = 0;
        const double value = sorted[i].value;
        for (; i < sorted.size() && sorted[i].value == value; ++i) ++(sorted[i].is_positive ? positives : negatives);
        ranks.add(positives, negatives);
    }
    return ranks.area(confidence);
}

std::optional<Association> pearson(std::span<const double> x, std::span<const double> y, double confidence) {
    if (x.size() != y.size()) throw InternalError("pearson: unequal lengths");
    const auto for_known = [&](auto use) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (!std::isnan(x[i]) && !std::isnan(y[i])) use(x[i], y[i]);
        }
    };
    std::size_t count = 0;
    double sum_x = 0, sum_y = 0;
    for_known([&](double a, double b) {
        ++count;
        sum_x += a;
        sum_y += b;
    });
    if (count < 3) return std::nullopt;
    const auto n = static_cast<double>(count);
    double xx = 0, yy = 0, xy = 0;
    for_known([&](double a, double b) {
        const double dx = a - sum_x / n, dy = b - sum_y / n;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    });
    if (!(xx > 0) || !(yy > 0)) return std::nullopt;
    Association r;
    r.count = count;
    r.value = std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
    if (count > 3 && std::abs(r.value) < 1) {
        const double half = normal_quantile(confidence) / std::sqrt(n - 3);
        r.interval = Interval{std::tanh(std::atanh(r.value) - half), std::tanh(std::atanh(r.value) + half)};
    }
    return r;
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
