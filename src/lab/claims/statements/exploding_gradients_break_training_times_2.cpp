#include "lab/claims/explosion.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim exploding_gradients_break_training_times_2() {
    constexpr double factor = 2;
    Claim claim = explosion_claim(factor);
    claim.name = "exploding-gradients-break-training-times-2";
    claim.statement = "Exploding gradients break training (recurrent kernel times 2).";
    claim.estimand = explosion_cost_estimand(factor);
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return explosion_cost(factor, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
