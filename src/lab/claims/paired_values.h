#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

/// Test accuracies that lie closer than this count as equal, where a claim says nothing else.
inline constexpr double equal_accuracy = 0.02;

/// One field of every outcome.
[[nodiscard]] std::vector<double> values_of(const std::vector<TrainingOutcome>& outcomes,
                                            double TrainingOutcome::*field);
/// train_accuracy − test_accuracy of every outcome: the gap that overfitting opens.
[[nodiscard]] std::vector<double> accuracy_gaps(const std::vector<TrainingOutcome>& outcomes);

/// first[i] − second[i], first[i] / second[i]. Throw InternalError for differing sizes.
[[nodiscard]] std::vector<double> minus(const std::vector<double>& first, const std::vector<double>& second);
[[nodiscard]] std::vector<double> over(const std::vector<double>& first, const std::vector<double>& second);
/// The mean of the lists, place by place.
[[nodiscard]] std::vector<double> mean_of(const std::vector<std::vector<double>>& lists);

/// How many of the trainings were given up.
[[nodiscard]] std::vector<double> diverged(const std::vector<TrainingOutcome>& outcomes);

/// "LSTM(64) after Embedding(10000, 128)": the tutorial's model at these sizes.
[[nodiscard]] std::string model_text(const std::string& cells, const Sizes& sizes);
/// "5000 training and 2000 test reviews", or "all reviews" for 0.
[[nodiscard]] std::string reviews_text(const Sizes& sizes, std::int64_t train, std::int64_t test);

}  // namespace cellwise::lab
