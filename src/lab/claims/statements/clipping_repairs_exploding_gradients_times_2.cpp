#include "lab/claims/explosion.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim clipping_repairs_exploding_gradients_times_2() {
    constexpr double factor = 2;
    Claim claim;
    claim.name = "clipping-repairs-exploding-gradients-times-2";
    claim.statement = "Gradient clipping repairs a training whose gradients explode (recurrent kernel times 2).";
    claim.estimand = clipping_repair_estimand(factor);
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.seeds = explosion_seeds;
    claim.on_reviews = false;
    claim.set_up = [](const Sizes& sizes) { return explosion_text(factor, sizes); };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return clipping_repair(factor, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
