#include <vector>

#include "lab/claims/early_words.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

Claim early_words_fade_rnn() {
    Claim claim;
    claim.name = "early-words-fade-rnn";
    claim.statement = "Early words fade from the memory of the SimpleRNN.";
    claim.estimand = fading_estimand(Cell::simple_rnn);
    claim.unit = "accuracy";
    claim.rule = Rule::above(no_fading);
    claim.on_reviews = false;
    claim.set_up = fading_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return fading(Cell::simple_rnn, lab, seeds);
    };
    return claim;
}

Claim early_words_stay_lstm() {
    Claim claim;
    claim.name = "early-words-stay-lstm";
    claim.statement = "Early words do not fade from the memory of the LSTM.";
    claim.estimand = fading_estimand(Cell::lstm);
    claim.unit = "accuracy";
    claim.rule = Rule::within(-no_fading, no_fading);
    claim.on_reviews = false;
    claim.set_up = fading_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return fading(Cell::lstm, lab, seeds);
    };
    return claim;
}

Claim early_words_stay_gru() {
    Claim claim;
    claim.name = "early-words-stay-gru";
    claim.statement = "Early words do not fade from the memory of the GRU.";
    claim.estimand = fading_estimand(Cell::gru);
    claim.unit = "accuracy";
    claim.rule = Rule::within(-no_fading, no_fading);
    claim.on_reviews = false;
    claim.set_up = fading_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) { return fading(Cell::gru, lab, seeds); };
    return claim;
}

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

Claim early_words_fade_less_in_gru_than_rnn() {
    Claim claim;
    claim.name = "early-words-fade-less-in-gru-than-rnn";
    claim.statement = "Early words fade less from the memory of the GRU than from the SimpleRNN's.";
    claim.estimand = fading_against_rnn_estimand(Cell::gru);
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.on_reviews = false;
    claim.set_up = fading_text;
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return fading_against_rnn(Cell::gru, lab, seeds);
    };
    return claim;
}

}  // namespace

std::vector<Claim> early_words_claims() {
    return {early_words_fade_rnn(), early_words_stay_lstm(), early_words_stay_gru(),
            early_words_fade_less_in_lstm_than_rnn(), early_words_fade_less_in_gru_than_rnn()};
}

}  // namespace cellwise::lab
