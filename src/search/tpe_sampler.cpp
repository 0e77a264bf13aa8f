#include "search/tpe_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace cellwise::search {
namespace {

// Chosen on the functions of bench/sampler_benchmark.cpp with seeds from 100 on; docs/tuning.md measures with others.
constexpr double best_share = 0.1, most_best = 25;
constexpr int candidates = 24;
constexpr double good_width = 0.4, others_width = 0.1;  ///< factors of Scott's rule
constexpr double good_prior = 0.1, others_prior = 0.3;  ///< the uniform kernel's weight

/// Kernels may become narrower as trials come together.
double smallest_width(std::size_t trials) {
    constexpr double at_first = 0.05, until = 50;
    return at_first * std::min(1.0, until / static_cast<double>(trials));
}

}  // namespace

std::size_t TpeSampler::best_count(std::size_t trials) {
    return static_cast<std::size_t>(std::min(most_best, std::ceil(best_share * static_cast<double>(trials))));
}

TpeSampler::Densities TpeSampler::densities(const std::vector<std::size_t>& places, std::span<const Point> good,
                                            std::span<const double> weights, std::span<const Point> others) const {
    const std::vector<double> equal(others.size(), 1.0);
    const double smallest = smallest_width(good.size() + others.size());
    return {ParzenEstimator(space(), places, good, weights, good_prior, {good_width, smallest, 1}),
            ParzenEstimator(space(), places, others, equal, others_prior, {others_width, smallest, 1})};
}

Point TpeSampler::propose(std::span<const Point> good, std::span<const double> weights, std::span<const Point> others,
                          const SeenPoints& seen, Random& random) const {
    Point point(space().size(), std::numeric_limits<double>::quiet_NaN());
    std::vector<std::vector<std::size_t>> groups;
    if (options().multivariate) {
        groups.emplace_back(space().size());
        std::iota(groups[0].begin(), groups[0].end(), std::size_t{0});
    } else {
        for (std::size_t i = 0; i < space().size(); ++i) groups.push_back({i});
    }
    for (const auto& places : groups) {
        const auto [l, g] = densities(places, good, weights, others);
        std::optional<Point> best;
        double best_ratio = 0;
        bool best_is_new = false;
        for (int i = 0; i < candidates; ++i) {
            Point candidate = point;
            l.sample(candidate, random);
            const double ratio = l.log_density(candidate) - g.log_density(candidate);
            const bool is_new = !seen.contains(candidate);
            if (!best || is_new > best_is_new || (is_new == best_is_new && ratio > best_ratio)) {
                best = candidate;
                best_ratio = ratio;
                best_is_new = is_new;
            }
        }
        point = *best;
    }
    return point;
}

std::vector<Point> TpeSampler::ask(std::size_t count) {
    const auto order = best_first(trials());
    const auto good_count = best_count(trials().size());
    std::vector<Point> good, others, points;
    std::vector<double> weights;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const auto& trial = trials()[order[rank]];
        const bool has_value = trial.state == TrialState::complete || trial.state == TrialState::pruned;
        const bool is_good = rank < good_count && has_value;
        (is_good ? good : others).push_back(trial.point);
        // The better, the heavier.
        if (is_good) weights.push_back(1 - static_cast<double>(rank) / static_cast<double>(good_count));
    }
    SeenPoints seen(trials());
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = trials().size() + i;
        if (number < options().startup_trials || good.empty()) {
            points.push_back(even_points_.point(number, seen));
        } else {
            Random random(options().seed, fmt::format("tpe {}", number));
            points.push_back(propose(good, weights, others, seen, random));
            // The best few may leave no way to what a finite space still has.
            if (seen.contains(points.back())) points.back() = even_points_.point(number, seen);
        }
        seen.insert(points.back());
        others.push_back(points.back());
    }
    return points;
}

}  // namespace cellwise::search
