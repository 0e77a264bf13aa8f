#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim batch_norm_steadies_training() {
    Claim claim;
    claim.name = "batch-norm-steadies-training";
    claim.statement = "Batch normalisation makes training steadier.";
    claim.estimand =
        "setbacks: the sum of the rises of the training loss, averaged over 10 steps at a time, without minus with "
        "batch normalisation";
    claim.unit = "loss";
    claim.rule = Rule::above(0);
    claim.set_up = batch_norm_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lowered_by({.batch_norm = true}, "batch norm", &TrainingOutcome::loss_rises, "setbacks", lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
