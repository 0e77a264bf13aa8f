#include "lab/claims/paired_values.h"
#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim l2_shrinks_weights() {
    Claim claim;
    claim.name = "l2-shrinks-weights";
    claim.statement = "L2 regularisation makes the weights smaller.";
    claim.estimand = "L2 norm of all kernels after training, with the penalty over without";
    claim.unit = "ratio";
    claim.rule = Rule::below(1);
    claim.scale = Scale::ratio;
    claim.set_up = l2_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto plain = values_of(regularised_trainings(lab, {}, seeds), &TrainingOutcome::kernel_norm);
        const auto penalised =
            values_of(regularised_trainings(lab, {.l2 = true}, seeds), &TrainingOutcome::kernel_norm);
        return {over(penalised, plain), {{"norm with L2", penalised}, {"norm without", plain}}, {}};
    };
    return claim;
}

}  // namespace cellwise::lab
