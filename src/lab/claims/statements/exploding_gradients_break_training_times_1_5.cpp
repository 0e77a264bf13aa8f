#include "lab/claims/explosion.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim exploding_gradients_break_training_times_1_5() {
    constexpr double factor = 1.5;
    Claim claim = explosion_claim(factor);
    claim.name = "exploding-gradients-break-training-times-1-5";
    claim.statement = "Exploding gradients break training (recurrent kernel times 1.5).";
    claim.estimand = explosion_cost_estimand(factor);
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return explosion_cost(factor, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
