#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

#include "lab/claims/explosion.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

/// The recurrent kernel times `factor`; `name` ends the claim's: "1-5".
Claim exploding_gradients_break_training(double factor, const std::string& name) {
    Claim claim = explosion_claim(factor);
    claim.name = "exploding-gradients-break-training-times-" + name;
    claim.statement = fmt::format("Exploding gradients break training (recurrent kernel times {}).", factor);
    claim.estimand = explosion_cost_estimand(factor);
    claim.measure = [factor](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return explosion_cost(factor, lab, seeds);
    };
    return claim;
}

}  // namespace

std::vector<Claim> exploding_gradients_claims() {
    return {exploding_gradients_break_training(1.5, "1-5"), exploding_gradients_break_training(2, "2"),
            exploding_gradients_break_training(3, "3")};
}

}  // namespace cellwise::lab
