#include "search/gp_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/bounded_minimum.h"
#include "search/expected_improvement.h"
#include "search/straightened.h"

namespace cellwise::search {
namespace {

constexpr std::size_t random_candidates = 1000, neighbours_a_best = 40, centres = 5, ascents = 6;

struct Scored {
    Point point;
    double score;
};

/// Climbs the logarithm of the expected improvement from points of a space.
class Acquisition {
public:
    Acquisition(const Space& space, const GaussianProcess& process) : space_(space), process_(process) {
        for (const auto& point : process.points()) best_ = std::max(best_, process.predict(point).mean);
    }

    [[nodiscard]] Scored scored(Point point) const {
        const auto [mean, deviation] = process_.predict(point);
        const double score = log_expected_improvement(mean, deviation, best_).value;
        return {std::move(point), score};
    }

    /// The real parameters by gradient, the others by trying their neighbours, in turn.
    [[nodiscard]] Scored climbed(Scored start) const {
        for (int turn = 0; turn < 5; ++turn) {
            start = climbed_reals(start);
            const auto moved = moved_levels(start);
            if (!(moved.score > start.score)) break;
            start = moved;
        }
        return start;
    }

private:
    [[nodiscard]] Scored climbed_reals(const Scored& start) const {
        std::vector<std::size_t> reals;
        for (std::size_t j = 0; j < space_.size(); ++j) {
            if (space_[j].kind == Parameter::Kind::real && is_active(start.point[j])) reals.push_back(j);
        }
        if (reals.empty()) return start;
        const auto count = static_cast<Eigen::Index>(reals.size());
        Point point = start.point;
        const auto place = [&](const Eigen::VectorXd& x) {
            for (Eigen::Index i = 0; i < count; ++i) {
                const auto j = reals[static_cast<std::size_t>(i)];
                point[j] = space_[j].from_unit(x[i]);
            }
        };
        const Differentiable loss = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
            place(x);
            Eigen::VectorXd by_mean, by_deviation;
            const auto [mean, deviation] = process_.predict(point, by_mean, by_deviation);
            const auto ei = log_expected_improvement(mean, deviation, best_);
            for (Eigen::Index i = 0; i < count; ++i) {
                const auto j = static_cast<Eigen::Index>(reals[static_cast<std::size_t>(i)]);
                gradient[i] = -(ei.by_mean * by_mean[j] + ei.by_deviation * by_deviation[j]);
            }
            return -ei.value;
        };
        Eigen::VectorXd x(count);
        for (Eigen::Index i = 0; i < count; ++i) {
            const auto j = reals[static_cast<std::size_t>(i)];
            x[i] = space_[j].to_unit(start.point[j]);
        }
        const auto found = bounded_minimum(loss, x, Eigen::VectorXd::Zero(count), Eigen::VectorXd::Ones(count), 50);
        place(found.x);
        auto end = scored(point);
        return end.score > start.score ? end : start;
    }

    /// The best point that differs in one level: a neighbour of a number, any other name.
    [[nodiscard]] Scored moved_levels(const Scored& start) const {
        Scored best = start;
        for (std::size_t j = 0; j < space_.size(); ++j) {
            const auto& parameter = space_[j];
            if (parameter.kind == Parameter::Kind::real || !is_active(start.point[j])) continue;
            const double value = start.point[j];
            std::vector<double> others;
            if (parameter.is_numeric()) {
                for (const double step : {-8.0, -4.0, -2.0, -1.0, 1.0, 2.0, 4.0, 8.0}) {
                    const double other = value + step;
                    const double low = parameter.kind == Parameter::Kind::whole ? parameter.low : 0;
                    const double high = low + static_cast<double>(*parameter.levels()) - 1;
                    if (other >= low && other <= high) others.push_back(other);
                }
            } else {
                for (std::size_t i = 0; i < parameter.choices.size(); ++i) others.push_back(static_cast<double>(i));
            }
            for (const double other : others) {
                auto moved = scored(with(start.point, j, other));
                if (moved.score > best.score) best = std::move(moved);
            }
        }
        return best;
    }

    /// The point with one value changed; what the change makes active stands in its middle.
    [[nodiscard]] Point with(Point point, std::size_t index, double value) const {
        point[index] = value;
        for (std::size_t j = index + 1; j < space_.size(); ++j) {
            if (!space_.active(j, point)) {
                point[j] = std::numeric_limits<double>::quiet_NaN();
            } else if (!is_active(point[j])) {
                point[j] = space_[j].from_unit(0.5);
            }
        }
        return point;
    }

    const Space& space_;
    const GaussianProcess& process_;
    double best_ = -std::numeric_limits<double>::infinity();
};

/// A point near another: each parameter moved with probability one half, by a normal step.
Point near(const Space& space, const Point& point, double width, Random& random) {
    std::vector<double> units(space.size());
    for (std::size_t j = 0; j < space.size(); ++j) {
        const bool stays = is_active(point[j]) && random.uniform() < 0.5;
        if (!is_active(point[j])) {
            units[j] = random.uniform();
        } else if (stays) {
            units[j] = space[j].to_unit(point[j]);
        } else if (space[j].is_numeric()) {
            units[j] = space[j].to_unit(point[j]) + width * random.normal();
        } else {
            units[j] = random.uniform();
        }
    }
    return point_at(space, units);
}

}  // namespace

GpSampler::Observed GpSampler::observed() const {
    const auto order = best_first(trials());
    std::vector<std::size_t> kept = order;
    if (kept.size() > most_observations) {
        kept.resize(most_observations / 2);
        std::vector<bool> is_kept(trials().size());
        for (const auto place : kept) is_kept[place] = true;
        for (std::size_t place = trials().size(); kept.size() < most_observations;) {
            if (!is_kept[--place]) kept.push_back(place);
        }
    }
    std::sort(kept.begin(), kept.end());
    double worst = std::numeric_limits<double>::infinity();
    const auto value_of = [](const Trial& trial) -> std::optional<double> {
        if (trial.state == TrialState::complete) return trial.objective;
        if (trial.state != TrialState::pruned || trial.intermediates.empty()) return std::nullopt;
        const double last = trial.intermediates.back().value;
        return std::isfinite(last) ? std::optional(last) : std::nullopt;
    };
    for (const auto place : kept) worst = std::min(worst, value_of(trials()[place]).value_or(worst));
    Observed result;
    if (!std::isfinite(worst)) return result;
    for (const auto place : kept) {
        result.points.push_back(trials()[place].point);
        result.values.push_back(value_of(trials()[place]).value_or(worst));
    }
    result.values = straightened(result.values);
    return result;
}

Point GpSampler::propose(const GaussianProcess& process, const SeenPoints& seen, Random& random) const {
    const Acquisition acquisition(space(), process);
    std::vector<Scored> candidates;
    for (std::size_t i = 0; i < random_candidates; ++i) {
        candidates.push_back(acquisition.scored(random_point(space(), random)));
    }
    std::vector<std::size_t> order(process.values().size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](auto one, auto other) { return process.values()[one] > process.values()[other]; });
    for (std::size_t rank = 0; rank < std::min(centres, order.size()); ++rank) {
        for (std::size_t i = 0; i < neighbours_a_best; ++i) {
            const double width = 0.2 * std::pow(0.5, static_cast<double>(i % 8));
            candidates.push_back(acquisition.scored(near(space(), process.points()[order[rank]], width, random)));
        }
    }
    const auto better = [&](const Scored& one, const Scored& other) {
        const bool one_new = !seen.contains(one.point), other_new = !seen.contains(other.point);
        return one_new != other_new ? one_new : one.score > other.score;
    };
    const auto tried = std::min(ascents, candidates.size());
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(tried), candidates.end(),
                      better);
    auto best = candidates.front();
    for (std::size_t i = 0; i < tried; ++i) {
        auto top = acquisition.climbed(candidates[i]);
        if (better(top, best)) best = std::move(top);
    }
    return best.point;
}

std::vector<Point> GpSampler::ask(std::size_t count) {
    auto [known, values] = observed();
    SeenPoints seen(trials());
    std::vector<Point> points;
    std::optional<KernelParameters> kernel;
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = trials().size() + i;
        if (number < options().startup_trials || known.size() < 2) {
            points.push_back(even_points_.point(number, seen));
        } else {
            if (!kernel) kernel = GaussianProcess::fitted(space(), known, values);
            const GaussianProcess process(space(), known, values, *kernel);
            Random random(options().seed, fmt::format("gp {}", number));
            points.push_back(propose(process, seen, random));
            known.push_back(points.back());
            values.push_back(process.predict(points.back()).mean);
        }
        seen.insert(points.back());
    }
    return points;
}

}  // namespace cellwise::search
