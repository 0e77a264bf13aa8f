#include <cmath>
#include <deque>

#include "core/error.h"
#include "linear/logistic_objective.h"
#include "linear/standardised.h"

namespace cellwise::linear {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Up to so many parameters Newton's matrix is cheap.
constexpr Eigen::Index most_newton_parameters = 600;
constexpr int most_newton_steps = 100, most_lbfgs_steps = 2000;
/// The largest part of the gradient at the end, by one row's weight: the coefficients are then right to 1e-6 and
/// better.
constexpr double tolerance = 1e-8;

/// A point with the objective there.
struct Point {
    VectorXd parameters, gradient;
    double value = 0;
};

/// Goes along `direction` and halves the step until the objective falls enough (Armijo). False: it falls no more.
bool step(LogisticObjective& objective, Point& point, const VectorXd& direction) {
    const double slope = point.gradient.dot(direction);
    if (!(slope < 0)) return false;
    VectorXd gradient;
    for (double length = 1; length > 1e-10; length /= 2) {
        const VectorXd next = point.parameters + length * direction;
        const double value = objective.at(next, gradient);
        if (value <= point.value + 1e-4 * length * slope) {
            point = {next, gradient, value};
            return true;
        }
    }
    return false;
}

void newton(LogisticObjective& objective, Point& point, double smallest) {
    for (int i = 0; i < most_newton_steps && point.gradient.lpNorm<Eigen::Infinity>() > smallest; ++i) {
        MatrixXd hessian = objective.hessian();
        // All intercepts of a softmax may rise together, and a separated class flattens everything.
        hessian.diagonal().array() += 1e-9 * (1 + hessian.diagonal().maxCoeff());
        const VectorXd direction = -hessian.ldlt().solve(point.gradient);
        if (!step(objective, point, direction)) return;
    }
}

/// The last changes of place and of gradient, from which L-BFGS guesses Newton's direction.
class History {
public:
    [[nodiscard]] VectorXd direction(const VectorXd& gradient) const {
        VectorXd result = -gradient;
        std::vector<double> alphas(changes_.size());
        for (std::size_t i = changes_.size(); i-- > 0;) {
            alphas[i] = changes_[i].moved.dot(result) / changes_[i].product;
            result -= alphas[i] * changes_[i].turned;
        }
        if (!changes_.empty()) result *= changes_.back().product / changes_.back().turned.squaredNorm();
        for (std::size_t i = 0; i < changes_.size(); ++i) {
            const double beta = changes_[i].turned.dot(result) / changes_[i].product;
            result += (alphas[i] - beta) * changes_[i].moved;
        }
        return result;
    }
    void add(const Point& former, const Point& next) {
        Change change{next.parameters - former.parameters, next.gradient - former.gradient, 0};
        change.product = change.moved.dot(change.turned);
        if (!(change.product > 0)) return;
        if (changes_.size() == 10) changes_.pop_front();
        changes_.push_back(std::move(change));
    }

private:
    struct Change {
        VectorXd moved, turned;
        double product = 0;
    };
    std::deque<Change> changes_;
};

void lbfgs(LogisticObjective& objective, Point& point, double smallest) {
    History history;
    for (int i = 0; i < most_lbfgs_steps && point.gradient.lpNorm<Eigen::Infinity>() > smallest; ++i) {
        const Point former = point;
        if (!step(objective, point, history.direction(point.gradient))) return;
        history.add(former, point);
    }
}

}  // namespace

LinearModel train_logistic_regression(const TrainingData& data, double c) {
    if (!(c > 0) || !std::isfinite(c)) throw UsageError("logistic regression's C must be a positive number");
    if (data.classes < 2) throw InternalError("logistic regression needs two classes");
    auto training = standardise(data);
    auto& model = training.model;
    const auto outputs = static_cast<Eigen::Index>(model.outputs);
    const auto columns = static_cast<Eigen::Index>(model.columns());
    LogisticObjective objective(training.values, data.targets, c * training.weights, outputs);
    Point point{VectorXd::Zero(objective.size()), {}, 0};
    point.value = objective.at(point.parameters, point.gradient);
    const double smallest = tolerance * std::max(1.0, c * training.weights.maxCoeff());
    if (objective.size() <= most_newton_parameters) {
        newton(objective, point, smallest);
    } else {
        lbfgs(objective, point, smallest);
    }
    for (Eigen::Index k = 0; k < outputs; ++k) {
        const auto begin = point.parameters.data() + k * (columns + 1);
        model.weights.insert(model.weights.end(), begin, begin + columns);
        model.intercepts.push_back(begin[columns]);
    }
    return model;
}

}  // namespace cellwise::linear
