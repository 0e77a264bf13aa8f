// Texts of any bytes: words, ids, and the texts that `gates` and `gradients` are asked about.
#include "data/reviews/tokenizer.h"

#include <set>
#include <vector>

#include "core/utf8.h"
#include "data/files/text_rows.h"
#include "data/reviews/read_words.h"
#include "data/reviews/vocabulary.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(tokenizer) {
    using namespace cellwise;
    std::vector<std::string> words;
    data::for_each_word(bytes, [&](std::string_view word) { words.emplace_back(word); });
    fuzz::require(words.size() == data::word_count(bytes), "the words are counted wrongly");
    const std::set<std::string> distinct(words.begin(), words.end());
    const data::Vocabulary vocabulary({distinct.begin(), distinct.end()});
    constexpr std::int64_t vocabulary_size = 16;
    const auto ids = vocabulary.encode(bytes, vocabulary_size);
    fuzz::require(ids.size() == words.size() + 1 && ids.front() == data::start_id, "a word that is known has no id");
    for (const auto id : ids) fuzz::require(id >= 0 && id < vocabulary_size, "an id leaves the vocabulary");
    fuzz::require(data::words_as_read(vocabulary, bytes, vocabulary_size).size() == words.size(), "a word got lost");
    fuzz::may_refuse([&] { static_cast<void>(data::read_words(vocabulary, bytes, vocabulary_size, "fuzz")); });
    static_cast<void>(data::with_plain_line_ends(std::string(bytes)));
    if (!first_invalid_utf8(bytes)) {
        for (const auto& word : words_between_blanks(bytes)) {
            fuzz::require(!word.empty() && !first_invalid_utf8(word), "a word is cut within a character");
        }
    }
}
