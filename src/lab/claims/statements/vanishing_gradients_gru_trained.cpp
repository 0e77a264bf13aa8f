#include "lab/claims/statements/statements.h"
#include "lab/claims/vanishing_gradients.h"

namespace cellwise::lab {

Claim vanishing_gradients_gru_trained() {
    Claim claim;
    claim.name = "vanishing-gradients-gru-trained";
    claim.statement = "The gradients of the trained GRU do not vanish through time.";
    claim.estimand = gradient_left_estimand;
    claim.unit = "log10";
    claim.rule = Rule::above(vanished);
    claim.set_up = [](const Sizes& sizes) { return gradient_left_text(Weights::trained, sizes); };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return gradient_left(Cell::gru, Weights::trained, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
