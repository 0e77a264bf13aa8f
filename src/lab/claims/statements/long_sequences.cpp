#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

#include "lab/claims/long_sequences.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

/// `name` is the claim's name for the other cell, `title` its statement's.
Claim lstm_stablest_on_long_sequences(Cell other, const std::string& name, const std::string& title) {
    Claim claim;
    claim.name = "lstm-stablest-on-long-sequences-vs-" + name;
    claim.statement = fmt::format("On long sequences the LSTM is more stable than the {}.", title);
    claim.estimand = long_sequences_estimand(other);
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = long_sequences_text;
    claim.measure = [other](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return lstm_change_minus(other, lab, seeds);
    };
    return claim;
}

}  // namespace

std::vector<Claim> long_sequences_claims() {
    return {lstm_stablest_on_long_sequences(Cell::simple_rnn, "rnn", "SimpleRNN"),
            lstm_stablest_on_long_sequences(Cell::gru, "gru", "GRU")};
}

}  // namespace cellwise::lab
