#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/tables/imputers.h"

namespace cellwise::tables {
namespace {

constexpr int most_updates = 300;
constexpr double coefficient_tolerance = 1e-3;
constexpr double prior = 1e-6;  // shape and rate of both gamma distributions

double average(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The predictors and the target around their means, and what is computed of them once.
struct Problem {
    Eigen::MatrixXd x;  // [rows, columns]
    Eigen::VectorXd y;  // [rows]
    Eigen::VectorXd means;
    double target_mean = 0;
    Eigen::MatrixXd directions;  // of XᵀX, one a column
    Eigen::VectorXd strengths;   // its eigenvalues
    Eigen::VectorXd xy;          // directionsᵀ·Xᵀy

    Problem(const NumberColumns& predictors, const std::vector<double>& target)
        : x(static_cast<Eigen::Index>(target.size()), static_cast<Eigen::Index>(predictors.size())),
          y(static_cast<Eigen::Index>(target.size())),
          means(static_cast<Eigen::Index>(predictors.size())),
          target_mean(average(target)) {
        for (Eigen::Index c = 0; c < x.cols(); ++c) {
            const auto& column = predictors[static_cast<std::size_t>(c)];
            means(c) = average(column);
            x.col(c) = Eigen::Map<const Eigen::VectorXd>(column.data(), x.rows()).array() - means(c);
        }
        y = Eigen::Map<const Eigen::VectorXd>(target.data(), y.rows()).array() - target_mean;
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(x.transpose() * x);
        directions = solver.eigenvectors();
        strengths = solver.eigenvalues().cwiseMax(0.0);
        xy = directions.transpose() * (x.transpose() * y);
    }

    /// (XᵀX + λ/α)⁻¹·Xᵀy
    [[nodiscard]] Eigen::VectorXd coefficients(double ratio) const {
        return directions * (xy.array() / (strengths.array() + ratio)).matrix();
    }
};

}  // namespace

LinearModel bayesian_ridge(const NumberColumns& predictors, const std::vector<double>& target) {
    const Problem problem(predictors, target);
    const auto rows = static_cast<double>(target.size());
    double alpha = 1 / (problem.y.squaredNorm() / rows + std::numeric_limits<double>::epsilon());
    double lambda = 1;
    Eigen::VectorXd before;
    for (int round = 0; round < most_updates; ++round) {
        const Eigen::VectorXd w = problem.coefficients(lambda / alpha);
        const double squared_errors = (problem.y - problem.x * w).squaredNorm();
        const double gamma = (alpha * problem.strengths.array() / (lambda + alpha * problem.strengths.array())).sum();
        lambda = (gamma + 2 * prior) / (w.squaredNorm() + 2 * prior);
        alpha = (rows - gamma + 2 * prior) / (squared_errors + 2 * prior);
        if (round > 0 && (before - w).lpNorm<1>() < coefficient_tolerance) break;
        before = w;
    }
    const Eigen::VectorXd w = problem.coefficients(lambda / alpha);
    return {.coefficients = {w.data(), w.data() + w.size()}, .intercept = problem.target_mean - problem.means.dot(w)};
}

}  // namespace cellwise::tables
