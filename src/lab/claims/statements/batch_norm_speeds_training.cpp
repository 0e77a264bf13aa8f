#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim batch_norm_speeds_training() {
    Claim claim;
    claim.name = "batch-norm-speeds-training";
    claim.statement = "Batch normalisation speeds up training.";
    claim.estimand = "mean training loss over the first epoch, without minus with batch normalisation";
    claim.unit = "loss";
    claim.rule = Rule::above(0);
    claim.set_up = batch_norm_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lowered_by({.batch_norm = true}, "batch norm", &TrainingOutcome::first_epoch_loss, "loss in epoch 1",
                          lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
