#pragma once

#include <vector>

#include "lab/matrix.h"

namespace cellwise::lab {

/// A linear layer with one output: y = w·x + b. Also a gradient of one.
template <class Real>
struct LinearModel {
    std::vector<Real> weight;  ///< [features]
    Real bias = 0;

    /// The weights and then the bias.
    [[nodiscard]] std::vector<Real> all() const {
        auto values = weight;
        values.push_back(bias);
        return values;
    }
};

/// The gradient of the mean squared error 1/N · Σ (w·x + b − y)²: 2/N · Σ (w·x + b − y)·(x, 1).
/// inputs: [batch, features], targets: [batch].
template <class Real>
[[nodiscard]] LinearModel<Real> mean_squared_error_gradient(const LinearModel<Real>& model, const Matrix<Real>& inputs,
                                                            Values<Real> targets);

/// One step of gradient descent as torch::optim::SGD takes it: w − learning_rate·(gradient + weight_decay·w),
/// for the bias likewise.
template <class Real>
[[nodiscard]] LinearModel<Real> sgd_step(const LinearModel<Real>& model, const LinearModel<Real>& gradient,
                                         double learning_rate, double weight_decay);

/// How far two honest computations of gradient and step can lie apart: [features + 1], the bias last.
template <class Real>
[[nodiscard]] std::vector<double> sgd_difference_bounds(const LinearModel<Real>& model, const Matrix<Real>& inputs,
                                                        Values<Real> targets, double learning_rate,
                                                        double weight_decay);

}  // namespace cellwise::lab
