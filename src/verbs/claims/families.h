#pragma once

#include <vector>

#include "verbs/claims/question.h"

namespace cellwise::verbs {

// The statements, topic by topic, as claims on one table; those that the table cannot be put to are left out.

[[nodiscard]] std::vector<lab::Claim> boosting_claims(const Tables& tables);
[[nodiscard]] std::vector<lab::Claim> forest_claims(const Tables& tables);
[[nodiscard]] std::vector<lab::Claim> network_claims(const Tables& tables);
[[nodiscard]] std::vector<lab::Claim> imputation_claims(const Tables& tables);
[[nodiscard]] std::vector<lab::Claim> outlier_claims(const Tables& tables);
[[nodiscard]] std::vector<lab::Claim> smote_claims(const Tables& tables);
[[nodiscard]] std::vector<lab::Claim> feature_claims(const Tables& tables);
[[nodiscard]] std::vector<lab::Claim> leaderboard_claims(const Tables& tables);
[[nodiscard]] std::vector<lab::Claim> tuning_claims(const Tables& tables);

/// What models are compared by: the area under the ROC curve of labels, R² of numbers; and its unit.
[[nodiscard]] customers::Metric main_metric(const Tables& tables);
[[nodiscard]] std::string main_unit(const Tables& tables);
/// Logistic regression, or ridge.
[[nodiscard]] std::string linear_model(const Tables& tables);
/// Its title in a sentence, with `what` behind it: "logistic regression".
[[nodiscard]] std::string linear_title(const Tables& tables);

}  // namespace cellwise::verbs
