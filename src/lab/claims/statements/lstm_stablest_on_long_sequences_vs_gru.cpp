#include "lab/claims/long_sequences.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim lstm_stablest_on_long_sequences_vs_gru() {
    Claim claim;
    claim.name = "lstm-stablest-on-long-sequences-vs-gru";
    claim.statement = "On long sequences the LSTM is more stable than the GRU.";
    claim.estimand = long_sequences_estimand(Cell::gru);
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = long_sequences_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lstm_change_minus(Cell::gru, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
