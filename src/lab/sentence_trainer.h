#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/lstm_step.h"
#include "lab/state_comparison.h"

namespace cellwise::lab {

struct SentenceTrainingOptions {
    std::int64_t hidden_size = 4;
    std::int64_t steps = 200;  ///< of Adam, each on all sentences
    double learning_rate = 0.05;
    std::uint64_t seed = 0;

    /// Throws UsageError naming the flag whose value is out of range.
    void validate() const;
};

/// A model's state after one word, and what it expects next.
struct WordReading {
    std::string word;
    LstmStep<double> step;                      ///< by the hand-written step
    std::vector<double> next_word_probability;  ///< [vocabulary]
};

/// How a model reads one sentence.
struct SentenceReading {
    std::vector<WordReading> words;  ///< all but the last, which is only predicted
    double loss = 0;                 ///< mean cross-entropy of the next words, in nats

    /// The hand-written steps and softmax against torch::nn::LSTM, torch::nn::Linear and torch's softmax:
    /// states and probabilities after every word, with bounds that take in the steps before.
    StateComparison comparison;
};

struct SentenceTraining {
    std::vector<std::string> vocabulary;         ///< distinct words in the order of their appearance
    std::vector<SentenceReading> before, after;  ///< one a sentence
    std::vector<double> losses;                  ///< mean over all next words, before each step
};

/// Trains an LSTM that reads one-hot words and predicts each next word (softmax of a linear layer), in
/// float64, to say each sentence from its beginning. Initial weights are uniform in ±1/√hidden_size, as
/// torch's; the run depends on the seed alone. Every sentence must have two words at least (InternalError).
/// Throws UsageError if training diverges.
[[nodiscard]] SentenceTraining train_sentences(const std::vector<std::vector<std::string>>& sentences,
                                               const SentenceTrainingOptions& options);

}  // namespace cellwise::lab
