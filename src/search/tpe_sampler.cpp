#include "search/tpe_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <optional>

namespace cellwise::search {
namespace {

double env(const char* n, double d) { const char* v = std::getenv(n); return v ? std::atof(v) : d; }

}  // namespace

std::size_t TpeSampler::best_count(std::size_t trials) {
    static const double share = env("T_SHARE", 0.1);
    static const double most = env("T_MOST", 25);
    return static_cast<std::size_t>(std::min(most, std::ceil(share * static_cast<double>(trials))));
}

TpeSampler::Densities TpeSampler::densities(const std::vector<std::size_t>& places, std::span<const Point> good,
                                            std::span<const double> weights, std::span<const Point> others) const {
    static const double fg = env("T_FG", 1), fo = env("T_FO", 1), pw = env("T_PW", 1), lo = env("T_MIN", 0.02), pwo = env("T_PWO", 1);
    const std::vector<double> equal(others.size(), 1.0);
    static const double big = env("T_BIG", 1);
    const double n = static_cast<double>(good.size() + others.size());
    const double smallest = lo < 0 ? -lo / (1 + n) : lo;
    return {ParzenEstimator(space(), places, good, weights, pw, {fg, smallest, big}),
            ParzenEstimator(space(), places, others, equal, pwo, {fo, smallest, big})};
}

Point TpeSampler::propose(std::span<const Point> good, std::span<const double> weights, std::span<const Point> others,
                          const SeenPoints& seen, Random& random) const {
    static const int candidates = static_cast<int>(env("T_CAND", 24));
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
        const bool is_good = rank < good_count && (trial.state == TrialState::complete || trial.state == TrialState::pruned);
        (is_good ? good : others).push_back(trial.point);
        if (is_good) weights.push_back(1);
    }
    static const double wexp = env("T_W", 0);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = std::pow(1 - static_cast<double>(i) / (static_cast<double>(good_count) + 0.0), wexp);
    SeenPoints seen(trials());
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = trials().size() + i;
        if (number < options().startup_trials || good.empty()) {
            points.push_back(even_points_.point(number, seen));
        } else {
            Random random(options().seed, fmt::format("tpe {}", number));
            points.push_back(propose(good, weights, others, seen, random));
        }
        seen.insert(points.back());
        others.push_back(points.back());
    }
    return points;
}

}  // namespace cellwise::search
