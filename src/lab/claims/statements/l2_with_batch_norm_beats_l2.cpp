#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim l2_with_batch_norm_beats_l2() {
    Claim claim;
    claim.name = "l2-with-batch-norm-beats-l2";
    claim.statement = "L2 and batch normalisation together do better than L2 alone.";
    claim.estimand = "test accuracy with both minus that with L2 alone";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = l2_with_batch_norm_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return together_against({.l2 = true}, "L2", lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
