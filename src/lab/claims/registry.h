#pragma once

#include <string>
#include <vector>

#include "lab/claims/claim.h"

namespace cellwise::lab {

/// Every claim about reviews, in the tutorial's order; the parts of one whose verdicts can differ are claims of their
/// own.
[[nodiscard]] const std::vector<Claim>& all_claims();

/// The claims that a name stands for: the claim of that name, or all whose names begin with it and a dash
/// ("gru", "batch-norm"). No names: every claim. In the tutorial's order, none twice. Throws UsageError for
/// a name that stands for none, with those that come near it. `all`: the claims that there are, where others stand
/// beside those of the reviews.
[[nodiscard]] std::vector<Claim> select_claims(const std::vector<std::string>& names,
                                               const std::vector<Claim>& all = all_claims());

}  // namespace cellwise::lab
