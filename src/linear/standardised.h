#pragma once

#include <Eigen/Dense>

#include "linear/linear_model.h"

namespace cellwise::linear {

/// The training rows as the solvers see them.
struct Standardised {
    LinearModel model;        ///< without weights and intercepts
    Eigen::MatrixXd values;   ///< [rows, columns]
    Eigen::VectorXd weights;  ///< [rows]
};

/// Throws DataError for a missing value.
[[nodiscard]] Standardised standardise(const TrainingData& data);

}  // namespace cellwise::linear
