#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

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

}  // namespace cellwise::lab
