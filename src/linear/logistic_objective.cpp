#include "linear/logistic_objective.h"

#include <cmath>
#include <utility>

namespace cellwise::linear {

LogisticObjective::LogisticObjective(const Eigen::MatrixXd& values, std::span<const double> targets,
                                     Eigen::VectorXd row_weights, Eigen::Index outputs)
    : values_(values),
      targets_(targets),
      row_weights_(std::move(row_weights)),
      outputs_(outputs),
      probabilities_(values.rows(), outputs) {}

double LogisticObjective::at(const Eigen::VectorXd& parameters, Eigen::VectorXd& gradient) {
    const auto columns = values_.cols();
    double value = 0;
    gradient.resize(size());
    for (Eigen::Index k = 0; k < outputs_; ++k) {
        const auto weights = parameters.segment(place(k), columns);
        probabilities_.col(k) = (values_ * weights).array() + parameters(place(k) + columns);
        value += 0.5 * weights.squaredNorm();
    }
    // Margins become probabilities, and then what the loss rises by with each margin.
    Eigen::MatrixXd slopes(values_.rows(), outputs_);
    for (Eigen::Index row = 0; row < values_.rows(); ++row) {
        const auto target = static_cast<Eigen::Index>(targets_[static_cast<std::size_t>(row)]);
        auto margins = probabilities_.row(row);
        if (outputs_ == 1) {
            const double margin = margins(0), signed_margin = target == 1 ? margin : -margin;
            // ln(1 + exp(−m)), without overflow.
            value +=
                row_weights_(row) * (std::log1p(std::exp(-std::abs(signed_margin))) + std::max(0.0, -signed_margin));
            margins(0) = 1 / (1 + std::exp(-margin));
            slopes(row, 0) = row_weights_(row) * (margins(0) - static_cast<double>(target));
        } else {
            const double largest = margins.maxCoeff();
            const double truth = margins(target);
            margins = (margins.array() - largest).exp();
            const double sum = margins.sum();
            value += row_weights_(row) * (std::log(sum) + largest - truth);
            margins /= sum;
            slopes.row(row) = row_weights_(row) * margins;
            slopes(row, target) -= row_weights_(row);
        }
    }
    for (Eigen::Index k = 0; k < outputs_; ++k) {
        gradient.segment(place(k), columns) =
            values_.transpose() * slopes.col(k) + parameters.segment(place(k), columns);
        gradient(place(k) + columns) = slopes.col(k).sum();
    }
    return value;
}

Eigen::MatrixXd LogisticObjective::hessian() const {
    const auto columns = values_.cols();
    Eigen::MatrixXd result = Eigen::MatrixXd::Zero(size(), size());
    for (Eigen::Index k = 0; k < outputs_; ++k) {
        for (Eigen::Index l = 0; l <= k; ++l) {
            // The derivative of output k's probability by output l's margin, by row.
            const Eigen::ArrayXd p = probabilities_.col(k).array(), q = probabilities_.col(l).array();
            const Eigen::VectorXd slope = row_weights_.array() * p * ((k == l ? 1.0 : 0.0) - q);
            const Eigen::MatrixXd scaled = values_.array().colwise() * slope.array();
            Eigen::MatrixXd block(columns + 1, columns + 1);
            block.topLeftCorner(columns, columns).noalias() = values_.transpose() * scaled;
            block.topRightCorner(columns, 1) = scaled.colwise().sum().transpose();
            block.bottomLeftCorner(1, columns) = scaled.colwise().sum();
            block(columns, columns) = slope.sum();
            if (k == l) block.diagonal().head(columns).array() += 1;
            result.block(place(k), place(l), columns + 1, columns + 1) = block;
            if (k != l) result.block(place(l), place(k), columns + 1, columns + 1) = block.transpose();
        }
    }
    return result;
}

}  // namespace cellwise::linear
