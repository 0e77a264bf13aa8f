#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/step.h"

namespace cellwise::tables {

/// A rule as --missing and --outliers take it: [NAME=]STRATEGY. NAME is a column, a kind (numeric, category, …) or
/// absent, for all columns that the strategy can work on.
struct Rule {
    std::string name;
    std::string strategy;  ///< "median", "constant"
    std::string value;     ///< what stands behind "constant:"
    std::string text;      ///< as it was given, for messages
};

/// Reads a rule. `strategies` are those allowed; `flag` stands in messages. Throws UsageError.
[[nodiscard]] Rule parse_rule(std::string_view text, std::span<const std::string_view> strategies,
                              std::string_view flag);

/// The rule for a column: the last one that names it, else its kind, else none; nullptr if there is none.
[[nodiscard]] const Rule* rule_for(const std::vector<Rule>& rules, const Column& column);

/// Throws UsageError if a rule names neither a column of the table nor a kind.
void require_rules(const std::vector<Rule>& rules, const Table& table, std::string_view flag);

[[nodiscard]] bool is_protected(const Protected& kept, std::string_view name);

}  // namespace cellwise::tables
