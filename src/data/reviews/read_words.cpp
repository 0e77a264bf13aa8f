#include "data/reviews/read_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/utf8.h"
#include "data/reviews/tokenizer.h"

namespace cellwise::data {
namespace {

bool is_control(char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return (byte < 0x20 && letter != '\t' && letter != '\n' && letter != '\r') || byte == 0x7F;
}

}  // namespace

std::vector<ReadWord> words_as_read(const Vocabulary& vocabulary, std::string_view text, std::int64_t vocabulary_size) {
    std::vector<ReadWord> words;
    for_each_word(text, [&](std::string_view word) {
        const auto rank = vocabulary.rank(word);
        std::optional<std::int32_t> id;
        if (rank > 0) id = rank + index_from < vocabulary_size ? rank + index_from : unknown_id;
        words.push_back({std::string(word), id});
    });
    return words;
}

std::vector<ReadWord> read_words(const Vocabulary& vocabulary, std::string_view text, std::int64_t vocabulary_size,
                                 std::string_view where) {
    if (const auto byte = first_invalid_utf8(text)) {
        throw UsageError(fmt::format("{}: byte {} is not UTF-8; give the text in UTF-8", where, *byte + 1));
    }
    if (std::ranges::any_of(text, is_control)) {
        throw UsageError(fmt::format("{}: the text has control characters in it", where));
    }
    auto words = words_as_read(vocabulary, text, vocabulary_size);
    if (words.empty()) throw UsageError(fmt::format("{}: the text has no words", where));
    if (std::ranges::none_of(words, [](const ReadWord& word) { return word.id.value_or(unknown_id) != unknown_id; })) {
        throw UsageError(
            fmt::format("{}: the model knows none of the text's {} words ({}{}); it was trained on other "
                        "words, or on another language",
                        where, words.size(), words.front().word, words.size() > 1 ? " …" : ""));
    }
    return words;
}

}  // namespace cellwise::data
