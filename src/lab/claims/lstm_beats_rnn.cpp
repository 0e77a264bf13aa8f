#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"

namespace cellwise::lab {
namespace {

Measurement measure(Laboratory& lab, std::span<const std::uint64_t> seeds) {
    const auto of_cell = [&](Cell cell) {
        return values_of(lab.train_each(seeds,
                                        [&](std::uint64_t seed) {
                                            auto spec = lab.tutorial(cell, seed);
                                            spec.keep_model = true;  // the gradient claims look into it
                                            return spec;
                                        }),
                         &TrainingOutcome::test_accuracy);
    };
    const auto lstm = of_cell(Cell::lstm);
    const auto rnn = of_cell(Cell::simple_rnn);
    return {minus(lstm, rnn), {{"LSTM: test accuracy", lstm}, {"RNN: test accuracy", rnn}}, {}};
}

}  // namespace

std::vector<Claim> lstm_beats_rnn() {
    Claim claim;
    claim.name = "lstm-beats-rnn";
    claim.statement = "The LSTM classifies the IMDB reviews better than the SimpleRNN.";
    claim.estimand = "test accuracy of the LSTM minus that of the SimpleRNN, after the last epoch";
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.seeds = 8;
    claim.set_up = [](const Sizes& sizes) {
        return fmt::format(
            "The tutorial's training: {}; {} words, Adam, batch 64, 3 epochs, {}. Both cells with the same seed get "
            "the "
            "same order of reviews.",
            model_text("LSTM or SimpleRNN", sizes), sizes.length, reviews_text(sizes, 0, 0));
    };
    claim.measure = measure;
    return {claim};
}

}  // namespace cellwise::lab
