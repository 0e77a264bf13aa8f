#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/matrix_view.h"

namespace cellwise::linear {

/// What a linear model learns from.
struct TrainingData {
    MatrixView features;                      ///< nothing missing
    std::span<const std::uint8_t> is_number;  ///< [columns]: 1 for those to standardise; empty: none
    std::span<const double> targets;          ///< [rows]: a number, or a class 0 … classes − 1
    std::span<const double> weights;          ///< [rows], positive; empty: all weigh the same
    std::size_t classes = 0;                  ///< of a classification, else 0
};

/// margin = intercept + Σ weight·(x − centre)/scale, one for each output.
struct LinearModel {
    std::size_t classes = 0;              ///< 0: the margin is the number that is told
    std::size_t outputs = 1;              ///< 1 for numbers and two classes, else the number of classes
    std::vector<double> centres, scales;  ///< [columns], 0 and 1 for columns that are not standardised
    std::vector<double> means;            ///< [columns] of (x − centre)/scale over the training rows
    std::vector<double> weights;          ///< [outputs, columns]
    std::vector<double> intercepts;       ///< [outputs]

    [[nodiscard]] std::size_t columns() const { return centres.size(); }

    /// [rows, outputs]. Throws DataError for another number of columns.
    [[nodiscard]] std::vector<double> margins(MatrixView features) const;
    /// [rows, outputs]: the number, the probability of class 1, or of every class.
    [[nodiscard]] std::vector<double> predict(MatrixView features) const;
    /// [rows, outputs, columns + 1]: weight·(value − mean), and last the margin of a row of means. These are the
    /// Shapley values of a linear model whose features are taken as independent (Štrumbelj and Kononenko 2014); a row's
    /// add up to its margin.
    [[nodiscard]] std::vector<double> contributions(MatrixView features) const;

    [[nodiscard]] nlohmann::ordered_json json() const;
    /// Throws DataError naming `origin` if it is not what json() gives.
    [[nodiscard]] static LinearModel from_json(const nlohmann::ordered_json& document, const std::string& origin);
};

/// Minimises ½‖w‖² + C·Σ weight·log-loss, the intercepts free: logistic regression for two classes, multinomial
/// (softmax) for more. Newton's method where its matrix is small, else L-BFGS (Liu and Nocedal, Mathematical
/// Programming 45, 1989). Throws UsageError for a C that is not positive.
[[nodiscard]] LinearModel train_logistic_regression(const TrainingData& data, double c = 1);

/// Minimises Σ weight·(y − margin)² + α‖w‖², the intercept free. Throws UsageError for a negative α.
[[nodiscard]] LinearModel train_ridge(const TrainingData& data, double alpha = 1);

}  // namespace cellwise::linear
