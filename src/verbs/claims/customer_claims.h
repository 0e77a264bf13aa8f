#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/claims/claim.h"
#include "verbs/claims/claim_table.h"
#include "verbs/claims/table_laboratory.h"

namespace cellwise::verbs {

struct CustomerClaimsOptions {
    customers::ModelKinds kinds;
    std::optional<std::string> data;  ///< --data: where the tables are looked for
    std::optional<ClaimTable> own;    ///< put to this table alone, in place of claim_tables()
};

/// The notes' statements about tables of customers, each on the tables that it can be put to; the table's suffix ends
/// the claim's name. Nothing is read before a claim is measured.
[[nodiscard]] std::vector<lab::Claim> customer_claims(const CustomerClaimsOptions& options);

}  // namespace cellwise::verbs
