#include "search/parzen.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "search/even_points.h"

namespace cellwise::search {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double normal_share(double from, double to, double centre, double width) {
    const double scale = 1 / (width * std::numbers::sqrt2);
    return 0.5 * (std::erf((to - centre) * scale) - std::erf((from - centre) * scale));
}

double deviation_of(std::span<const double> values) {
    double sum = 0, squares = 0, count = 0;
    for (const double value : values) {
        if (!is_active(value)) continue;
        sum += value;
        ++count;
    }
    if (count < 2) return 0;
    for (const double value : values) {
        if (is_active(value)) squares += (value - sum / count) * (value - sum / count);
    }
    return std::sqrt(squares / (count - 1));
}

}  // namespace

ParzenEstimator::ParzenEstimator(const Space& space, std::vector<std::size_t> places, std::span<const Point> points,
                                 std::span<const double> weights, double prior_weight, const Bandwidth& bandwidth)
    : space_(space), shares_(weights.begin(), weights.end()) {
    assert(points.size() == weights.size() && prior_weight > 0);
    shares_.push_back(prior_weight);
    const double sum = std::accumulate(shares_.begin(), shares_.end(), 0.0);
    for (auto& share : shares_) {
        share /= sum;
        log_shares_.push_back(std::log(share));
    }
    for (const auto place : places) {
        Column column;
        column.parameter = place;
        columns_.push_back(std::move(column));
    }
    for (auto& column : columns_) fit(column, points, bandwidth);
}

void ParzenEstimator::fit(Column& column, std::span<const Point> points, const Bandwidth& bandwidth) const {
    const auto& parameter = space_[column.parameter];
    const auto count = static_cast<double>(points.size());
    for (const auto& point : points) {
        const double value = point[column.parameter];
        column.centres.push_back(!is_active(value) ? nan : parameter.is_numeric() ? parameter.to_unit(value) : value);
    }
    if (!parameter.is_numeric()) {
        const auto choices = static_cast<double>(parameter.choices.size());
        column.log_own = std::log((count + 2) / (count + 1 + choices) * choices);
        column.log_other = std::log(1 / (count + 1 + choices) * choices);
        return;
    }
    const double scott = std::pow(std::max(count, 1.0), -1 / (static_cast<double>(columns_.size()) + 4));
    const double wanted = bandwidth.factor * deviation_of(column.centres) * scott;
    // A level's neighbours stay in reach.
    const auto levels = parameter.levels();
    const double smallest = std::max(bandwidth.smallest, levels ? 0.5 / static_cast<double>(*levels) : 0);
    column.width = std::clamp(wanted, std::min(smallest, bandwidth.largest), bandwidth.largest);
    const double scale = -0.5 / (column.width * column.width);
    const double normaliser = column.width * std::sqrt(2 * std::numbers::pi);
    for (const double centre : column.centres) {
        const bool has_place = is_active(centre);
        column.places.push_back(has_place ? centre : 0);
        column.scales.push_back(has_place ? scale : 0);
        column.log_normalisers.push_back(has_place ? -std::log(normal_share(0, 1, centre, column.width) * normaliser)
                                                   : 0);
    }
}

double ParzenEstimator::draw(const Column& column, std::size_t kernel, Random& random) const {
    const auto& parameter = space_[column.parameter];
    const bool is_uniform = kernel == column.centres.size() || !is_active(column.centres[kernel]);
    if (is_uniform) return parameter.from_unit(random.uniform());
    const double centre = column.centres[kernel];
    if (!parameter.is_numeric()) {
        const auto choices = static_cast<double>(parameter.choices.size());
        // Its own name's share beyond that of any name.
        const double beyond = (std::exp(column.log_own) - std::exp(column.log_other)) / choices;
        return random.uniform() < beyond ? centre : static_cast<double>(random.below(parameter.choices.size()));
    }
    double unit = centre + column.width * random.normal();
    while (unit < 0 || unit > 1) unit = centre + column.width * random.normal();
    return parameter.from_unit(unit);
}

void ParzenEstimator::sample(Point& point, Random& random) const {
    double rest = random.uniform();
    std::size_t kernel = 0;
    while (kernel + 1 < shares_.size() && rest >= shares_[kernel]) rest -= shares_[kernel++];
    for (const auto& column : columns_) {
        if (space_.active(column.parameter, point)) point[column.parameter] = draw(column, kernel, random);
    }
}

void ParzenEstimator::add_log_density(const Column& column, double value, std::span<double> sums) const {
    const auto& parameter = space_[column.parameter];
    const std::size_t count = column.centres.size();
    if (!parameter.is_numeric()) {
        for (std::size_t k = 0; k < count; ++k) {
            if (is_active(column.centres[k])) sums[k] += column.centres[k] == value ? column.log_own : column.log_other;
        }
        return;
    }
    const double unit = parameter.to_unit(value);
    // Without branches: a kernel that does not have the parameter has a scale and a normaliser of 0.
    for (std::size_t k = 0; k < count; ++k) {
        const double distance = unit - column.places[k];
        sums[k] += column.scales[k] * distance * distance + column.log_normalisers[k];
    }
}

double ParzenEstimator::log_density(const Point& point) const {
    std::vector<double> sums = log_shares_;
    for (const auto& column : columns_) {
        if (is_active(point[column.parameter])) add_log_density(column, point[column.parameter], sums);
    }
    const double largest = *std::max_element(sums.begin(), sums.end());
    double total = 0;
    for (const double sum : sums) {
        // A kernel 30 powers of e below the highest adds less than rounding.
        if (sum > largest - 40) total += std::exp(sum - largest);
    }
    return largest + std::log(total);
}

}  // namespace cellwise::search
