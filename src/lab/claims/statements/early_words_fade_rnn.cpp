#include "lab/claims/early_words.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

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

}  // namespace cellwise::lab
