#include "search/importance.h"

#include <algorithm>
#include <cmath>

#include "search/regression_forest.h"

namespace cellwise::search {
namespace {

constexpr std::size_t trees = 64, fewest_trials = 4;

/// Linear between the sorted values.
double quantile(const std::vector<double>& sorted, double probability) {
    const double place = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::vector<double> unit_place(const Space& space, const Point& point) {
    std::vector<double> place;
    for (std::size_t j = 0; j < space.size(); ++j) {
        place.push_back(is_active(point[j]) ? space[j].to_unit(point[j]) : 0.5);
    }
    return place;
}

std::vector<Importance> importances(const Space& space, std::span<const Trial> trials, std::uint64_t seed) {
    std::vector<std::vector<double>> points;
    std::vector<double> values;
    for (const auto& trial : trials) {
        if (!trial.objective) continue;
        points.push_back(unit_place(space, trial.point));
        values.push_back(*trial.objective);
    }
    if (values.size() < fewest_trials) return {};
    std::vector<std::vector<double>> shares(space.size());
    for (const auto& tree : regression_forest(points, values, trees, seed)) {
        const double all = tree.variance();
        if (!(all > 0)) continue;
        for (std::size_t j = 0; j < space.size(); ++j) {
            shares[j].push_back(std::clamp(tree.marginal_variance(j) / all, 0.0, 1.0));
        }
    }
    if (shares.empty() || shares[0].empty()) return {};
    std::vector<Importance> result;
    for (std::size_t j = 0; j < space.size(); ++j) {
        auto& own = shares[j];
        std::sort(own.begin(), own.end());
        result.push_back({space[j].name, statistics::mean(own), {quantile(own, 0.025), quantile(own, 0.975)}});
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const auto& one, const auto& other) { return one.share > other.share; });
    return result;
}

}  // namespace cellwise::search
