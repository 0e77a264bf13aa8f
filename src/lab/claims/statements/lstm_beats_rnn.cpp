#include "lab/claims/paired_values.h"
#include "lab/claims/statements/statements.h"
#include "lab/claims/tutorial_training.h"

namespace cellwise::lab {

Claim lstm_beats_rnn() {
    Claim claim;
    claim.name = "lstm-beats-rnn";
    claim.statement = "The LSTM classifies the IMDB reviews better than the SimpleRNN.";
    claim.estimand = "test accuracy of the LSTM minus that of the SimpleRNN, after the last epoch";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.set_up = [](const Sizes& sizes) {
        return tutorial_training_text("LSTM or SimpleRNN", sizes) +
               " Both cells with the same seed get the same order of reviews.";
    };
    claim.measure = [](Laboratory& lab, std::span<const std::uint64_t> seeds) -> Measurement {
        const auto lstm = tutorial_accuracies(lab, Cell::lstm, seeds);
        const auto rnn = tutorial_accuracies(lab, Cell::simple_rnn, seeds);
        return {minus(lstm, rnn), {{"LSTM: test accuracy", lstm}, {"RNN: test accuracy", rnn}}, {}};
    };
    return claim;
}

}  // namespace cellwise::lab
