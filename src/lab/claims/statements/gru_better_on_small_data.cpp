#include "lab/claims/small_data.h"
#include "lab/claims/statements/statements.h"

namespace cellwise::lab {

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

}  // namespace cellwise::lab
