#include "lab/claims/statements/statements.h"
#include "lab/claims/vanishing_gradients.h"

namespace cellwise::lab {

Claim vanishing_gradients_rnn_trained() {
    Claim claim;
    claim.name = "vanishing-gradients-rnn-trained";
    claim.statement = "The gradients of the trained SimpleRNN vanish through time.";
    claim.estimand = gradient_left_estimand;
    claim.unit = "log10";
    claim.rule = Rule::below(vanished);
    claim.set_up = [](const Sizes& sizes) { return gradient_left_text(Weights::trained, sizes); };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return gradient_left(Cell::simple_rnn, Weights::trained, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
