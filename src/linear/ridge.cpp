#include <cmath>

#include "core/error.h"
#include "linear/standardised.h"

namespace cellwise::linear {
namespace {

using Eigen::VectorXd;

/// Up to so many columns the normal equations are solved directly.
constexpr Eigen::Index most_direct_columns = 2000;

/// Solves (AᵀA + αI) w = Aᵀb by conjugate gradients (Hestenes and Stiefel 1952), without the matrix.
VectorXd conjugate_gradients(const Eigen::MatrixXd& a, const VectorXd& b, double alpha) {
    VectorXd w = VectorXd::Zero(a.cols());
    VectorXd residual = a.transpose() * b, direction = residual;
    double norm = residual.squaredNorm();
    const double enough = 1e-20 * norm;
    for (Eigen::Index i = 0; i < 10 * a.cols() && norm > enough; ++i) {
        const VectorXd image = a * direction;
        const VectorXd turned = a.transpose() * image + alpha * direction;
        const double length = norm / direction.dot(turned);
        w += length * direction;
        residual -= length * turned;
        const double next = residual.squaredNorm();
        direction = residual + next / norm * direction;
        norm = next;
    }
    return w;
}

}  // namespace

LinearModel train_ridge(const TrainingData& data, double alpha) {
    if (!(alpha >= 0) || !std::isfinite(alpha)) throw UsageError("ridge's alpha must be a number from 0");
    auto training = standardise(data);
    auto& model = training.model;
    model.classes = 0;
    model.outputs = 1;
    const auto rows = training.values.rows();
    const VectorXd targets = Eigen::Map<const VectorXd>(data.targets.data(), rows);
    // The intercept is free: it takes the weighted means off both sides.
    const double whole = training.weights.sum();
    const VectorXd means = training.values.transpose() * training.weights / whole;
    const double mean_target = training.weights.dot(targets) / whole;
    const VectorXd roots = training.weights.cwiseSqrt();
    training.values.rowwise() -= means.transpose();
    training.values.array().colwise() *= roots.array();
    const VectorXd right = (targets.array() - mean_target) * roots.array();
    VectorXd weights;
    if (training.values.cols() <= most_direct_columns) {
        Eigen::MatrixXd normal = training.values.transpose() * training.values;
        normal.diagonal().array() += alpha;
        weights = normal.ldlt().solve(training.values.transpose() * right);
    } else {
        weights = conjugate_gradients(training.values, right, alpha);
    }
    model.weights.assign(weights.data(), weights.data() + weights.size());
    model.intercepts = {mean_target - weights.dot(means)};
    return model;
}

}  // namespace cellwise::linear
