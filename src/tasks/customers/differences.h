#pragma once

#include <span>
#include <string>
#include <vector>

#include "tasks/customers/comparison.h"

namespace cellwise::customers {

/// A model's figures on every fold.
struct FoldFigures {
    std::string name;
    std::vector<Figures> figures;  ///< [folds × repeats]
};

/// Every model's mean of every metric. test_over_train: rows tested by rows trained on, of one fold.
[[nodiscard]] std::vector<CrossValidated> over_folds(std::span<const FoldFigures> models, bool is_classification,
                                                     double test_over_train);

/// All pairs by accuracy and area under the ROC curve, or by R², with Holm's correction over the pairs of a metric.
[[nodiscard]] std::vector<Difference> differences_over_folds(std::span<const FoldFigures> models,
                                                             bool is_classification, double test_over_train);

/// All pairs on the same test rows: accuracy by McNemar's test, and for two labels the area by DeLong's. Nothing for
/// numbers (classes 0).
[[nodiscard]] std::vector<Difference> differences_on_split(std::span<const ModelResult> models,
                                                           const std::vector<double>& truth, std::size_t classes);

/// One of several on the same rows.
struct JudgedAnswers {
    std::string name;
    std::vector<std::uint8_t> right;    ///< [rows]
    std::vector<double> probabilities;  ///< [rows] of class 1 of two labels; else empty
};

/// All pairs of them: accuracy, and where there are probabilities the area, with Holm's correction over the pairs of
/// either. labels: [rows], the class.
[[nodiscard]] std::vector<Difference> paired_differences(std::span<const JudgedAnswers> all,
                                                         const std::vector<std::uint8_t>& labels);

/// "a is better", "b is better", or "cannot be told apart" where p is not below 0.05.
[[nodiscard]] std::string verdict_of(double difference, double p, bool larger_is_better);

}  // namespace cellwise::customers
