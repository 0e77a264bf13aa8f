#include "lab/weight_decay.h"

#include <cmath>
#include <limits>

#include "lab/arithmetic.h"

namespace cellwise::lab {

template <class Real>
LinearModel<Real> mean_squared_error_gradient(const LinearModel<Real>& model, const Matrix<Real>& inputs,
                                              Values<Real> targets) {
    LinearModel<Real> gradient{std::vector<Real>(model.weight.size()), 0};
    const auto share = Real(2) / static_cast<Real>(inputs.rows);
    for (std::size_t i = 0; i < inputs.rows; ++i) {
        const Real error = dot<Real>(model.weight, inputs.row(i)) + model.bias - targets[i];
        for (std::size_t j = 0; j < inputs.columns; ++j) gradient.weight[j] += share * error * inputs.at(i, j);
        gradient.bias += share * error;
    }
    return gradient;
}

template <class Real>
LinearModel<Real> sgd_step(const LinearModel<Real>& model, const LinearModel<Real>& gradient, double learning_rate,
                           double weight_decay) {
    const auto rate = static_cast<Real>(learning_rate), decay = static_cast<Real>(weight_decay);
    auto next = model;
    for (std::size_t j = 0; j < next.weight.size(); ++j) {
        next.weight[j] -= rate * (gradient.weight[j] + decay * model.weight[j]);
    }
    next.bias -= rate * (gradient.bias + decay * model.bias);
    return next;
}

template <class Real>
std::vector<double> sgd_difference_bounds(const LinearModel<Real>& model, const Matrix<Real>& inputs,
                                          Values<Real> targets, double learning_rate, double weight_decay) {
    const double epsilon = std::numeric_limits<Real>::epsilon();
    const auto terms = static_cast<double>(inputs.columns) + 2, samples = static_cast<double>(inputs.rows);
    const auto parameters = model.all();
    std::vector<double> gradient_size(parameters.size()), gradient_difference(parameters.size());
    for (std::size_t i = 0; i < inputs.rows; ++i) {
        double size = std::abs(static_cast<double>(model.bias)) + std::abs(static_cast<double>(targets[i]));
        for (std::size_t j = 0; j < inputs.columns; ++j) {
            size += std::abs(static_cast<double>(model.weight[j] * inputs.at(i, j)));
        }
        for (std::size_t j = 0; j < parameters.size(); ++j) {
            const double input = j < inputs.columns ? std::abs(static_cast<double>(inputs.at(i, j))) : 1.0;
            gradient_size[j] += 2 / samples * size * input;
            gradient_difference[j] += 2 / samples * terms * epsilon * size * input;
        }
    }
    std::vector<double> bounds;
    for (std::size_t j = 0; j < parameters.size(); ++j) {
        const double value = std::abs(static_cast<double>(parameters[j]));
        const double gradient = gradient_difference[j] + (samples + 3) * epsilon * gradient_size[j];
        bounds.push_back(learning_rate * (gradient + 3 * epsilon * weight_decay * value) + 2 * epsilon * value);
    }
    return bounds;
}

#define CELLWISE_INSTANTIATE(Real)                                                                                 \
    template LinearModel<Real> mean_squared_error_gradient<Real>(const LinearModel<Real>&, const Matrix<Real>&,    \
                                                                 Values<Real>);                                    \
    template LinearModel<Real> sgd_step<Real>(const LinearModel<Real>&, const LinearModel<Real>&, double, double); \
    template std::vector<double> sgd_difference_bounds<Real>(const LinearModel<Real>&, const Matrix<Real>&,        \
                                                             Values<Real>, double, double)
CELLWISE_INSTANTIATE(float);
CELLWISE_INSTANTIATE(double);
#undef CELLWISE_INSTANTIATE

}  // namespace cellwise::lab
