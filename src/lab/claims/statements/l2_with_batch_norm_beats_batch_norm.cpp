#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim l2_with_batch_norm_beats_batch_norm() {
    Claim claim;
    claim.name = "l2-with-batch-norm-beats-batch-norm";
    claim.statement = "L2 and batch normalisation together do better than batch normalisation alone.";
    claim.estimand = "test accuracy with both minus that with batch normalisation alone";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = l2_with_batch_norm_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return together_against({.batch_norm = true}, "batch normalisation", lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
