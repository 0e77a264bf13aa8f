#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/cell.h"
#include "data/reviews/vocabulary.h"
#include "models/classifier.h"

namespace cellwise::lab {

/// A sentence about a film, with its verdict.
struct FilmSentence {
    std::string_view text;
    bool is_positive = false;
};

/// The sentences, ours, that the tiny Korean models learn: for almost every one in praise stands one that
/// blames in the same words but the last, so that the judging words decide.
[[nodiscard]] std::span<const FilmSentence> film_sentences();

/// One of the notes' three sentences that illustrate the LSTM's gates. None of them is among film_sentences,
/// but all their words are.
struct GateSentence {
    std::string_view gate;                       ///< forget_gate, input_gate, output_gate
    std::string_view korean;                     ///< the notes'
    std::string_view english;                    ///< our translation
    std::string_view korean_word, english_word;  ///< what the notes say the gate acts on
    std::string_view statement;                  ///< what the notes say it does
};
inline constexpr std::array<GateSentence, 3> gate_sentences{
    GateSentence{"forget_gate", "이 영화는 정말 좋았다!", "This movie was really good!", "정말", "really",
                 "the forget gate keeps it and lets the rest go"},
    GateSentence{"input_gate", "배우 연기가 탁월하다", "The acting is excellent", "탁월하다", "excellent",
                 "the input gate stores it"},
    GateSentence{"output_gate", "스토리가 뛰어났다", "The story was outstanding", "뛰어났다", "outstanding",
                 "the output gate hands it to the next step"}};

/// A tiny model trained on film_sentences.
struct FilmModel {
    models::Classifier model{nullptr};  ///< in float64
    data::Vocabulary vocabulary;
    std::int64_t length = 0;  ///< ids a sentence is padded to at the front, as in training
    std::int64_t epochs = 0;
    double loss = 0;      ///< on the training sentences, after training
    double accuracy = 0;  ///< likewise
};

/// Trains embedding(8) → cell(8) → dense with Adam in float64. The run depends on cell and seed alone.
[[nodiscard]] FilmModel train_film_model(Cell cell, std::uint64_t seed);

}  // namespace cellwise::lab
