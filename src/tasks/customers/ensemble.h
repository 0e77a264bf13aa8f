#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tasks/customers/tuning.h"

namespace cellwise::customers {

/// The candidates' answers to a fold's rows, weighted.
[[nodiscard]] std::vector<double> weighted_answers(std::span<const std::vector<double>* const> answers,
                                                   std::span<const double> weights);

/// Weights of an ensemble by its objective on predictions of rows that nobody learned from: beginning with nothing, the
/// candidate that helps most is added, again and again (Caruana et al., "Ensemble selection from libraries of models",
/// ICML 2004, with replacement); a weight is how often a candidate was taken, up to the round that was best. answers:
/// [candidates, folds], as answers_over_folds gives them. The same for any `threads`.
[[nodiscard]] std::vector<double> ensemble_weights(const TrainingFolds& folds,
                                                   std::span<const std::vector<FoldAnswers>> answers,
                                                   const TuningMetric& metric, std::size_t threads);

}  // namespace cellwise::customers
