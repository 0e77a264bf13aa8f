#pragma once

#include <Eigen/Core>
#include <functional>

namespace cellwise::search {

/// A function's value at x; writes its gradient. A value that is not finite counts as worse than any other.
using Differentiable = std::function<double(const Eigen::VectorXd& x, Eigen::VectorXd& gradient)>;

struct Minimum {
    Eigen::VectorXd x;
    double value = 0;
};

/// A local minimum of a smooth function in a box, from x on: BFGS on the coordinates that are free to move, with steps
/// that are projected into the box and halved until they descend enough (Armijo; Nocedal and Wright, Numerical
/// Optimization, 2nd edition, chapters 6 and 16.7). Ends when the projected gradient is below `tolerance`, no step
/// descends, or after `most_steps`.
[[nodiscard]] Minimum bounded_minimum(const Differentiable& function, Eigen::VectorXd x, const Eigen::VectorXd& low,
                                      const Eigen::VectorXd& high, int most_steps, double tolerance = 1e-6);

}  // namespace cellwise::search
