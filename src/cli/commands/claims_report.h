#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lab/claims/run_claim.h"

namespace cellwise::cli {

/// A result's verdict; a quick look, whose models are too small to tell, has none.
[[nodiscard]] std::string_view shown_verdict(const lab::ClaimResult& result);

/// The table of verdicts, then for each claim what was measured and how.
[[nodiscard]] std::string claims_text(const std::vector<lab::ClaimResult>& results);
/// The same as Markdown.
[[nodiscard]] std::string claims_markdown(const std::vector<lab::ClaimResult>& results);
/// {"claims": [{"name", "statement", "verdict", "estimate", "low", "high", "unit", "runs", …}]}; low and high
/// are null where a single run leaves no interval.
[[nodiscard]] nlohmann::ordered_json claims_json(const std::vector<lab::ClaimResult>& results);

/// Names and statements.
[[nodiscard]] std::string claims_list(const std::vector<lab::Claim>& claims);
/// What would be measured, and the rule, without measuring it.
[[nodiscard]] std::string claims_explained(const std::vector<lab::Claim>& claims, const lab::Sizes& sizes);

}  // namespace cellwise::cli
