#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "verbs/claims/table_laboratory.h"

namespace cellwise::verbs {

/// Preparation and model of a spec. Throws UsageError for a rule that is none.
[[nodiscard]] customers::FitSettings settings_of(const FoldsSpec& spec, const FoundTable& found, std::uint64_t seed);

/// The table with that damage, which the seed decides; nothing if there is none. train: positions in target.rows.
[[nodiscard]] std::optional<tables::Table> damaged_table(const FoundTable& found, Damage damage,
                                                         const std::vector<std::int64_t>& train, std::uint64_t seed);

/// The mistake of oversampling before the split: SMOTE makes up rows from all rows, and then these are dealt to the
/// folds by chance while the true rows stay where `splits` has them. splits: the folds of one repeat, of positions in
/// target.rows; settings.smote must be set.
[[nodiscard]] customers::PreparedFold fold_of_enlarged_table(const tables::Table& table,
                                                             const customers::Target& target,
                                                             const std::vector<tables::Split>& splits, std::size_t fold,
                                                             const customers::FitSettings& settings);

/// The share of class 1 among the targets at these positions.
[[nodiscard]] double positive_share(const customers::Target& target, const std::vector<std::int64_t>& positions);

}  // namespace cellwise::verbs
