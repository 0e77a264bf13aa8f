#include "lab/claims/explosion.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim clipping_repairs_exploding_gradients_times_3() {
    constexpr double factor = 3;
    Claim claim = explosion_claim(factor);
    claim.name = "clipping-repairs-exploding-gradients-times-3";
    claim.statement = "Gradient clipping repairs a training whose gradients explode (recurrent kernel times 3).";
    claim.estimand = clipping_repair_estimand(factor);
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return clipping_repair(factor, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
