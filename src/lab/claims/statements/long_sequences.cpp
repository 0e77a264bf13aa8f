#include <vector>

#include "lab/claims/long_sequences.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

Claim lstm_stablest_on_long_sequences_vs_rnn() {
    Claim claim;
    claim.name = "lstm-stablest-on-long-sequences-vs-rnn";
    claim.statement = "On long sequences the LSTM is more stable than the SimpleRNN.";
    claim.estimand = long_sequences_estimand(Cell::simple_rnn);
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = long_sequences_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lstm_change_minus(Cell::simple_rnn, lab, seeds);
    };
    return claim;
}

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

}  // namespace

std::vector<Claim> long_sequences_claims() {
    return {lstm_stablest_on_long_sequences_vs_rnn(), lstm_stablest_on_long_sequences_vs_gru()};
}

}  // namespace cellwise::lab
