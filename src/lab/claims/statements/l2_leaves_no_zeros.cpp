#include "lab/claims/paired_values.h"
#include "lab/claims/regularised_training.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

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

}  // namespace cellwise::lab
