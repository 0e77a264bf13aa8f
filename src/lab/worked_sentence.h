#pragma once

#include <string>
#include <vector>

#include "lab/gate_weights.h"
#include "lab/lstm_step.h"

namespace cellwise::lab {

/// Scores of the next word from a hidden state: softmax(weight·h + bias).
struct NextWordReadout {
    std::vector<std::string> vocabulary;
    Matrix<double> weight;     ///< [vocabulary, hidden]
    std::vector<double> bias;  ///< [vocabulary]

    /// Probabilities, [vocabulary].
    [[nodiscard]] std::vector<double> probabilities(Values<double> hidden_state) const;
};

/// The tutorial's sentence "저는 아침에 책을" → "읽습니다" as an LSTM of two hidden units; word t is the
/// one-hot vector of length 3 with its 1 at t, and h0 = c0 = 0.
///
/// From the tutorial: unit 1's forget gate, W = [0.1 0.2 0.3], U = [0.5 0.5], b = 0, hence
/// f1 = σ(0.1) ≈ 0.52, and i1 ≈ 0.55 for the first word. All else is ours: unit 1's input gate gives
/// i1 = σ(0.2) ≈ 0.55; unit 1 stores the object of the sentence (책을, the book), unit 2 the time
/// (아침에, in the morning), and the readout scores four verbs by what each goes with.
struct WorkedSentence {
    std::vector<std::string> words;
    LstmWeights<double> weights;
    NextWordReadout readout;
};
[[nodiscard]] WorkedSentence worked_sentence();

/// One word of a sentence, read by an LSTM.
struct SentenceStep {
    std::string word;
    std::vector<double> input, hidden_before, cell_before;
    LstmStep<double> step;
    std::vector<double> next_word_probability;  ///< [vocabulary]
};

/// Reads all words in order, from h0 = c0 = 0.
[[nodiscard]] std::vector<SentenceStep> read_sentence(const WorkedSentence& sentence);

}  // namespace cellwise::lab
