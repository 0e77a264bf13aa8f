#include "search/bounded_minimum.h"

#include <cassert>
#include <cmath>

namespace cellwise::search {
namespace {

using Eigen::VectorXd;

/// 1 where a coordinate can move, 0 where it stands at a bound that the descent would cross.
VectorXd free_coordinates(const VectorXd& x, const VectorXd& gradient, const VectorXd& low, const VectorXd& high) {
    VectorXd free(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        const bool is_held = (x[i] <= low[i] && gradient[i] > 0) || (x[i] >= high[i] && gradient[i] < 0);
        free[i] = is_held ? 0 : 1;
    }
    return free;
}

void update_inverse(Eigen::MatrixXd& inverse, const VectorXd& step, const VectorXd& change) {
    const double curvature = step.dot(change);
    if (curvature <= 1e-10 * step.norm() * change.norm()) return;
    const VectorXd moved = inverse * change;
    const double scale = (1 + change.dot(moved) / curvature) / curvature;
    inverse += scale * step * step.transpose() - (moved * step.transpose() + step * moved.transpose()) / curvature;
}

}  // namespace

Minimum bounded_minimum(const Differentiable& function, VectorXd x, const VectorXd& low, const VectorXd& high,
                        int most_steps, double tolerance) {
    assert(x.size() == low.size() && x.size() == high.size());
    x = x.cwiseMax(low).cwiseMin(high);
    VectorXd gradient(x.size()), next_gradient(x.size());
    double value = function(x, gradient);
    Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(x.size(), x.size());
    bool is_fresh = true;
    for (int step = 0; step < most_steps && std::isfinite(value); ++step) {
        const VectorXd free = free_coordinates(x, gradient, low, high);
        const VectorXd slope = gradient.cwiseProduct(free);
        if (slope.lpNorm<Eigen::Infinity>() < tolerance) break;
        VectorXd direction = -(inverse * slope).cwiseProduct(free);
        if (is_fresh) direction *= std::min(1.0, 0.1 * (high - low).norm() / direction.norm());
        if (direction.dot(slope) >= 0) direction = -slope;
        double length = 1;
        bool descends = false;
        VectorXd next;
        double next_value = value;
        for (int halving = 0; halving < 30 && !descends; ++halving, length /= 2) {
            next = (x + length * direction).cwiseMax(low).cwiseMin(high);
            next_value = function(next, next_gradient);
            descends = std::isfinite(next_value) && next_value <= value + 1e-4 * slope.dot(next - x);
        }
        if (!descends) {
            if (is_fresh) break;
            inverse.setIdentity();  // once more along the gradient
            is_fresh = true;
            continue;
        }
        const VectorXd moved = next - x, change = next_gradient - gradient;
        if (is_fresh && moved.dot(change) > 0) inverse *= moved.dot(change) / change.squaredNorm();
        is_fresh = false;
        update_inverse(inverse, moved, change);
        const bool stands = moved.lpNorm<Eigen::Infinity>() < 1e-12 || next_value >= value;
        x = next;
        value = next_value;
        gradient = next_gradient;
        if (stands) break;
    }
    return {x, value};
}

}  // namespace cellwise::search
