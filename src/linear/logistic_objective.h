#pragma once

#include <Eigen/Dense>
#include <span>

namespace cellwise::linear {

/// ½‖w‖² + C·Σ weight·log-loss of a softmax over `outputs` margins, or of a logistic function for one, with its
/// derivatives. The parameters are one vector, [outputs, columns + 1]: each output's weights and behind them its
/// intercept, which is not penalised.
class LogisticObjective {
public:
    /// values: [rows, columns], targets: [rows] classes; both outlive the object. row_weights: [rows], times C.
    LogisticObjective(const Eigen::MatrixXd& values, std::span<const double> targets, Eigen::VectorXd row_weights,
                      Eigen::Index outputs);

    [[nodiscard]] Eigen::Index size() const { return outputs_ * (values_.cols() + 1); }

    /// The objective at `parameters`; `gradient` becomes its gradient there.
    double at(const Eigen::VectorXd& parameters, Eigen::VectorXd& gradient);
    /// The matrix of second derivatives where at() was called last. [size(), size()].
    [[nodiscard]] Eigen::MatrixXd hessian() const;

private:
    [[nodiscard]] Eigen::Index place(Eigen::Index output) const { return output * (values_.cols() + 1); }

    const Eigen::MatrixXd& values_;
    std::span<const double> targets_;
    Eigen::VectorXd row_weights_;
    Eigen::Index outputs_;
    Eigen::MatrixXd probabilities_;  // [rows, outputs], where at() was called last
};

}  // namespace cellwise::linear
