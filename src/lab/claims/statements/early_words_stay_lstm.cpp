#include "lab/claims/early_words.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

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

}  // namespace cellwise::lab
