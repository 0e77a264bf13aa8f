#include "lab/claims/inference_effects.h"
#include "lab/claims/inference_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

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

}  // namespace cellwise::lab
