#include "lab/claims/paired_values.h"
#include "lab/claims/statements/statements.h"
#include "lab/claims/tutorial_training.h"

namespace cellwise::lab {

Claim gru_close_to_lstm_accuracy() {
    Claim claim;
    claim.name = "gru-close-to-lstm-accuracy";
    claim.statement = "The GRU is about as accurate as the LSTM.";
    claim.estimand = "test accuracy of the GRU minus that of the LSTM; less than 0.02 apart counts as equal";
    claim.unit = "accuracy";
    claim.rule = Rule::within(-equal_accuracy, equal_accuracy);
    claim.set_up = [](const Sizes& sizes) { return tutorial_training_text("GRU or LSTM", sizes); };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto gru = tutorial_accuracies(lab, Cell::gru, seeds);
        const auto lstm = tutorial_accuracies(lab, Cell::lstm, seeds);
        return {minus(gru, lstm), {{"GRU: test accuracy", gru}, {"LSTM: test accuracy", lstm}}, {}};
    };
    return claim;
}

}  // namespace cellwise::lab
