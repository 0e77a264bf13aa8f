#include "search/regression_forest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace cellwise::search {
namespace {

double volume(const RegressionTree::Leaf& leaf) {
    double product = 1;
    for (std::size_t j = 0; j < leaf.low.size(); ++j) product *= leaf.high[j] - leaf.low[j];
    return product;
}

}  // namespace

RegressionTree::RegressionTree(std::span<const std::vector<double>> points, std::span<const double> values,
                               std::vector<std::size_t> rows, std::size_t candidates, Random& random)
    : points_(points), values_(values) {
    assert(!rows.empty() && points.size() == values.size());
    const auto dimensions = points[0].size();
    grow(std::move(rows), {std::vector<double>(dimensions, 0.0), std::vector<double>(dimensions, 1.0), 0}, candidates,
         random);
    points_ = {};
    values_ = {};
}

RegressionTree::Split RegressionTree::best_split(const std::vector<std::size_t>& rows,
                                                 std::span<const std::size_t> dimensions) const {
    Split best;
    const auto count = static_cast<double>(rows.size());
    double sum = 0;
    for (const auto row : rows) sum += values_[row];
    auto sorted = rows;
    for (const auto dimension : dimensions) {
        const auto place = [&](std::size_t row) { return points_[row][dimension]; };
        std::stable_sort(sorted.begin(), sorted.end(), [&](auto one, auto other) { return place(one) < place(other); });
        double left = 0;
        for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
            left += values_[sorted[i]];
            if (place(sorted[i]) == place(sorted[i + 1])) continue;
            const double below = static_cast<double>(i) + 1, above = count - below;
            const double gain = left * left / below + (sum - left) * (sum - left) / above - sum * sum / count;
            const double middle = 0.5 * (place(sorted[i]) + place(sorted[i + 1]));
            if (gain > best.gain) best = {dimension, middle, gain};
        }
    }
    return best;
}

void RegressionTree::grow(std::vector<std::size_t> rows, Leaf box, std::size_t candidates, Random& random) {
    std::vector<std::size_t> dimensions(box.low.size());
    std::iota(dimensions.begin(), dimensions.end(), std::size_t{0});
    random.shuffle(std::span(dimensions));
    dimensions.resize(std::min(candidates, dimensions.size()));
    const auto split = best_split(rows, dimensions);
    const bool is_inside =
        split.gain > 0 && split.place > box.low[split.dimension] && split.place < box.high[split.dimension];
    if (!is_inside) {
        for (const auto row : rows) box.value += values_[row] / static_cast<double>(rows.size());
        leaves_.push_back(std::move(box));
        return;
    }
    const auto middle = std::stable_partition(rows.begin(), rows.end(),
                                              [&](auto row) { return points_[row][split.dimension] < split.place; });
    auto below = box, above = std::move(box);
    below.high[split.dimension] = above.low[split.dimension] = split.place;
    grow({rows.begin(), middle}, std::move(below), candidates, random);
    grow({middle, rows.end()}, std::move(above), candidates, random);
}

double RegressionTree::predict(std::span<const double> point) const {
    for (const auto& leaf : leaves_) {
        bool holds = true;
        for (std::size_t j = 0; j < point.size() && holds; ++j) {
            const bool is_end = leaf.high[j] == 1.0 && point[j] == 1.0;
            holds = point[j] >= leaf.low[j] && (point[j] < leaf.high[j] || is_end);
        }
        if (holds) return leaf.value;
    }
    assert(false && "the leaves fill the cube");
    return mean();
}

double RegressionTree::mean() const {
    double sum = 0;
    for (const auto& leaf : leaves_) sum += volume(leaf) * leaf.value;
    return sum;
}

double RegressionTree::variance() const {
    const double centre = mean();
    double sum = 0;
    for (const auto& leaf : leaves_) sum += volume(leaf) * (leaf.value - centre) * (leaf.value - centre);
    return sum;
}

double RegressionTree::marginal_variance(std::size_t dimension) const {
    const double centre = mean();
    // Each leaf adds its value, weighed by its volume in the other dimensions, between its two ends: a sum of steps.
    std::vector<std::pair<double, double>> steps;
    for (const auto& leaf : leaves_) {
        const double from = leaf.low[dimension], to = leaf.high[dimension];
        const double part = volume(leaf) / (to - from) * (leaf.value - centre);
        steps.emplace_back(from, part);
        steps.emplace_back(to, -part);
    }
    std::sort(steps.begin(), steps.end());
    double marginal = 0, variance = 0, place = 0;
    for (const auto& [next, part] : steps) {
        variance += (next - place) * marginal * marginal;
        marginal += part;
        place = next;
    }
    return variance;
}

std::vector<RegressionTree> regression_forest(std::span<const std::vector<double>> points,
                                              std::span<const double> values, std::size_t trees, std::uint64_t seed) {
    assert(!points.empty());
    const auto candidates = static_cast<std::size_t>(std::ceil(static_cast<double>(points[0].size()) * 5 / 6));
    std::vector<RegressionTree> forest;
    for (std::size_t tree = 0; tree < trees; ++tree) {
        Random random(seed, fmt::format("forest tree {}", tree));
        std::vector<std::size_t> rows(points.size());
        for (auto& row : rows) row = static_cast<std::size_t>(random.below(points.size()));
        forest.emplace_back(points, values, std::move(rows), candidates, random);
    }
    return forest;
}

}  // namespace cellwise::search
