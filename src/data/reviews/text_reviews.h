#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/reviews/dataset.h"
#include "data/reviews/vocabulary.h"

namespace cellwise::data {

/// How many of a text's words a model knows.
struct WordCount {
    std::size_t words = 0;
    std::size_t unknown = 0;  ///< in no vocabulary, or beyond the model's vocabulary_size

    /// unknown / words; 0 for a text without words.
    [[nodiscard]] double unknown_share() const;
};

/// Texts as a model reads them.
struct TextReviews {
    PaddedReviews padded;           ///< [texts, length]; the labels mean nothing (0)
    std::vector<WordCount> counts;  ///< [texts]
};

/// Encodes texts exactly as the reviews that a model is trained on: split and lower-cased as in
/// data/tokenizer.h, start token first, ranks + index_from, words with ids >= vocabulary_size become
/// unknown_id, words outside the vocabulary are dropped (as Keras did when it made imdb.npz); padded
/// and cut at the front to `length`.
[[nodiscard]] TextReviews encode_texts(std::span<const std::string> texts, const Vocabulary& vocabulary,
                                       std::int64_t vocabulary_size, std::size_t length);

/// Reviews given as ids between blanks or commas ("1 14 22", or a list as Python prints it, "[1, 14, 22]"), taken as
/// they are and padded and cut likewise. Throws DataError naming the review and what in it is no id below
/// vocabulary_size.
[[nodiscard]] TextReviews encode_ids(std::span<const std::string> reviews, std::int64_t vocabulary_size,
                                     std::size_t length);

}  // namespace cellwise::data
