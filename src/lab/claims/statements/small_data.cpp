#include <vector>

#include "lab/claims/paired_values.h"
#include "lab/claims/small_data.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {
namespace {

Claim gru_better_on_small_data() {
    Claim claim;
    claim.name = "gru-better-on-small-data";
    claim.statement = "On small training sets the GRU is better than the LSTM.";
    claim.estimand = small_data_estimand;
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = small_data_text;
    claim.measure = gru_minus_lstm_on_small_data;
    return claim;
}

Claim gru_similar_or_better_on_small_data() {
    Claim claim;
    claim.name = "gru-similar-or-better-on-small-data";
    claim.statement = "On small training sets the GRU is similar to the LSTM or better (at most 0.02 worse).";
    claim.estimand = small_data_estimand;
    claim.unit = "accuracy";
    claim.rule = Rule::above(-equal_accuracy);
    claim.set_up = small_data_text;
    claim.measure = gru_minus_lstm_on_small_data;
    return claim;
}

}  // namespace

std::vector<Claim> small_data_claims() { return {gru_better_on_small_data(), gru_similar_or_better_on_small_data()}; }

}  // namespace cellwise::lab
