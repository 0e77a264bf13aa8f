#pragma once

#include <cstdint>
#include <vector>

#include "tasks/customers/model.h"
#include "verbs/claims/claim_table.h"
#include "verbs/claims/table_laboratory.h"

namespace cellwise::verbs {

/// Folds of the training part that judge a search's trials.
inline constexpr std::int64_t tuning_folds = 3;

/// The model with its defaults, and with the parameters of the best trial: two outcomes, as TableLaboratory::tune() has
/// them. Throws UsageError for a kind that has nothing to tune, and what the fits throw.
[[nodiscard]] std::vector<FoldOutcome> default_and_tuned(const FoundTable& found, const customers::ModelKind& kind,
                                                         std::int64_t trials, std::uint64_t seed);

}  // namespace cellwise::verbs
