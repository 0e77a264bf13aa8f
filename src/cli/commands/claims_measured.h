#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::cli {

/// A row of the table in docs/claims.md, as it stands there.
struct MeasuredClaim {
    std::string name, verdict, estimate, interval, unit, true_if, runs;
};

/// The claims of one family as they were measured in full before this version was shipped.
struct MeasuredClaims {
    std::string date;     ///< "2026-11-24"
    std::string version;  ///< of the program that measured
    std::string set_up;   ///< on which data, with what
    std::vector<MeasuredClaim> claims;
};

/// Reads the section "Measured" of a document. Throws InternalError if it is not as it should be.
[[nodiscard]] MeasuredClaims read_measured_claims(std::string_view document);

/// docs/claims.md, docs/claims-customers.md and docs/claims-search.md, which are part of the program.
struct AllMeasuredClaims {
    MeasuredClaims reviews, customers, searches;
};
[[nodiscard]] AllMeasuredClaims measured_claims();

/// The tables, when and on what they were measured, and how to measure them anew.
[[nodiscard]] std::string measured_claims_text(const AllMeasuredClaims& measured);
/// {"measured": {"date", "version", "set_up"}, "measured_customers": {…}, "measured_searches": {…}, "claims": [{"name",
/// "verdict", "estimate", "interval", "unit", "true_if", "runs"}]}, with the table's texts.
[[nodiscard]] nlohmann::ordered_json measured_claims_json(const AllMeasuredClaims& measured);

}  // namespace cellwise::cli
