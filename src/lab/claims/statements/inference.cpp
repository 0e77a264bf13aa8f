#include <vector>

#include "lab/claims/inference_effects.h"
#include "lab/claims/inference_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

Claim weight_decay_idle_at_inference() {
    Claim claim;
    claim.name = "weight-decay-idle-at-inference";
    claim.statement = "L2 regularisation (weight decay) acts in training only and has no effect at inference.";
    claim.estimand =
        "largest difference between test probabilities of one model with weight decay 0.01 and l2 0.01, and without";
    claim.unit = "probability";
    claim.rule = Rule::exactly(0);
    claim.scale = Scale::exact;
    claim.set_up = [](const Sizes& sizes) {
        return inference_training_text(sizes) +
               " The trained weights, once under an optimizer with weight decay and an L2 penalty and once without, "
               "predict the test reviews. No chance in it: an exact comparison for each seed.";
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        Measurement measurement;
        Detail moved{"largest change of a weight by one training step's decay and penalty", {}};
        for (const auto& effect : effects_on_inference(lab, seeds, weight_decay_effect)) {
            measurement.values.push_back(effect.inference);
            moved.values.push_back(effect.decay_moved);
        }
        measurement.details = {moved};
        return measurement;
    };
    return claim;
}

Claim batch_norm_acts_at_inference() {
    Claim claim;
    claim.name = "batch-norm-acts-at-inference";
    claim.statement = "Batch normalisation acts at inference too, with its running statistics.";
    claim.estimand = "mean difference between test probabilities with the trained normalisation and with it left out";
    claim.unit = "probability";
    claim.rule = Rule::above(0);
    claim.scale = Scale::exact;
    claim.set_up = [](const Sizes& sizes) {
        return inference_training_text(sizes) +
               " Trained with batch normalisation; the same weights then predict with it and without it. No chance in "
               "the comparison: exact for each seed.";
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        Measurement measurement;
        Detail largest{"largest difference", {}}, batch{"mean difference, running against batch statistics", {}};
        for (const auto& effect : effects_on_inference(lab, seeds, batch_norm_effect)) {
            measurement.values.push_back(effect.mean);
            largest.values.push_back(effect.largest);
            batch.values.push_back(effect.running_batch);
        }
        measurement.details = {largest, batch};
        return measurement;
    };
    return claim;
}

}  // namespace

std::vector<Claim> inference_claims() { return {weight_decay_idle_at_inference(), batch_norm_acts_at_inference()}; }

}  // namespace cellwise::lab
