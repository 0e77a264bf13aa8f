#include "lab/claims/early_words.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

Claim early_words_fade_less_in_lstm_than_rnn() {
    Claim claim;
    claim.name = "early-words-fade-less-in-lstm-than-rnn";
    claim.statement = "Early words fade less from the memory of the LSTM than from the SimpleRNN's.";
    claim.estimand = fading_against_rnn_estimand(Cell::lstm);
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.on_reviews = false;
    claim.set_up = fading_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return fading_against_rnn(Cell::lstm, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::lab
