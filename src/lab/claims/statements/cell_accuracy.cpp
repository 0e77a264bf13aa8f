#include <vector>

#include "lab/claims/paired_values.h"
#include "lab/claims/statements/statements.h"
#include "lab/claims/tutorial_training.h"

namespace cellwise::lab {
namespace {

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

}  // namespace

std::vector<Claim> cell_accuracy_claims() { return {lstm_beats_rnn(), gru_close_to_lstm_accuracy()}; }

}  // namespace cellwise::lab
