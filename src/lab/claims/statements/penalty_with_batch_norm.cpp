#include <vector>

#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

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

}  // namespace

std::vector<Claim> penalty_with_batch_norm_claims() {
    return {l2_with_batch_norm_beats_l2(), l2_with_batch_norm_beats_batch_norm()};
}

}  // namespace cellwise::lab
