#include "lab/claims/statements/statements.h"
#include "lab/claims/vanishing_gradients.h"

namespace cellwise::lab {

Claim vanishing_gradients_lstm_trained() {
    Claim claim;
    claim.name = "vanishing-gradients-lstm-trained";
    claim.statement = "The gradients of the trained LSTM do not vanish through time.";
    claim.estimand = gradient_left_estimand;
    claim.unit = "log10";
    claim.rule = Rule::above(vanished);
    claim.set_up = [](const Sizes& sizes) { return gradient_left_text(Weights::trained, sizes); };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return gradient_left(Cell::lstm, Weights::trained, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
