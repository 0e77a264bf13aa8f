#include <vector>

#include "lab/claims/paired_values.h"
#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

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

Claim l2_leaves_no_zeros() {
    Claim claim;
    claim.name = "l2-leaves-no-zeros";
    claim.statement = "L2 regularisation shrinks weights but does not make them zero.";
    claim.estimand = "share of kernel values that are exactly 0 after training with the penalty";
    claim.unit = "share";
    claim.rule = Rule::exactly(0);
    claim.scale = Scale::exact;
    claim.set_up = l2_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        Detail zeros{"kernel values exactly 0", {}}, values{"kernel values", {}};
        for (const auto& outcome : regularised_trainings(lab, {.l2 = true}, seeds)) {
            zeros.values.push_back(static_cast<double>(outcome.kernel_zeros));
            values.values.push_back(static_cast<double>(outcome.kernel_values));
        }
        return {over(zeros.values, values.values), {zeros, values}, {}};
    };
    return claim;
}

Claim l2_narrows_the_train_test_gap() {
    Claim claim;
    claim.name = "l2-narrows-the-train-test-gap";
    claim.statement = "L2 regularisation narrows the gap between training and test accuracy.";
    claim.estimand = "training minus test accuracy: the gap without the penalty minus the gap with it";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = l2_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return gap_narrowed_by({.l2 = true}, "L2", lab, seeds);
    };
    return claim;
}

}  // namespace

std::vector<Claim> weight_penalty_claims() {
    return {l2_shrinks_weights(), l2_leaves_no_zeros(), l2_narrows_the_train_test_gap()};
}

}  // namespace cellwise::lab
