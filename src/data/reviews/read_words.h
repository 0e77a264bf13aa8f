#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/reviews/vocabulary.h"

namespace cellwise::data {

/// One word of a text and what a model reads for it.
struct ReadWord {
    std::string word;                ///< in small letters, as data/tokenizer.h cuts it out
    std::optional<std::int32_t> id;  ///< unknown_id where it lies beyond vocabulary_size; nothing: left out
};

/// A text's words with their ids, whatever they are; none of a text without words.
[[nodiscard]] std::vector<ReadWord> words_as_read(const Vocabulary& vocabulary, std::string_view text,
                                                  std::int64_t vocabulary_size);

/// The same of a text that must be fit to be read: word by word what Vocabulary::encode gives behind the start token.
///
/// Throws UsageError beginning with `where` (a flag) if the text is not UTF-8 (with the byte), has control
/// characters other than tab and line end, has no words, or none that the vocabulary knows.
[[nodiscard]] std::vector<ReadWord> read_words(const Vocabulary& vocabulary, std::string_view text,
                                               std::int64_t vocabulary_size, std::string_view where);

}  // namespace cellwise::data
