#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim batch_norm_reduces_overfitting() {
    Claim claim;
    claim.name = "batch-norm-reduces-overfitting";
    claim.statement = "Batch normalisation reduces overfitting.";
    claim.estimand = "training minus test accuracy: the gap without minus the gap with batch normalisation";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = batch_norm_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return gap_narrowed_by({.batch_norm = true}, "batch norm", lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
