#include "data/reviews/text_reviews.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "data/reviews/tokenizer.h"

namespace cellwise::data {
namespace {

// Of a text of so many words and its ids.
WordCount count_words(std::size_t words, std::span<const std::int32_t> ids) {
    WordCount count;
    count.words = words;
    const auto read = ids.subspan(1);  // behind the start token
    const auto known =
        read.size() - static_cast<std::size_t>(std::count(read.begin(), read.end(), std::int32_t{unknown_id}));
    count.unknown = count.words - known;
    return count;
}

std::vector<std::int32_t> parse_ids(std::string_view text, std::int64_t vocabulary_size, std::size_t number) {
    std::vector<std::int32_t> ids;
    const std::string_view blanks = " ,\t\r\n[]()";  // as Python prints lists and arrays
    for (auto begin = text.find_first_not_of(blanks); begin != std::string_view::npos;) {
        const auto word = text.substr(begin, std::min(text.find_first_of(blanks, begin), text.size()) - begin);
        std::int32_t id = -1;
        const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), id);
        if (code != std::errc() || end != word.data() + word.size() || id < 0 || id >= vocabulary_size) {
            throw DataError(fmt::format("review {}: '{}' is no id of the model's words: they are 0 to {}", number, word,
                                        vocabulary_size - 1));
        }
        ids.push_back(id);
        begin = text.find_first_not_of(blanks, begin + word.size());
    }
    return ids;
}

}  // namespace

double WordCount::unknown_share() const {
    return words == 0 ? 0 : static_cast<double>(unknown) / static_cast<double>(words);
}

TextReviews encode_texts(std::span<const std::string> texts, const Vocabulary& vocabulary, std::int64_t vocabulary_size,
                         std::size_t length) {
    Reviews reviews;
    TextReviews result;
    result.counts.reserve(texts.size());
    for (const auto& text : texts) {
        std::size_t words = 0;
        const auto ids = vocabulary.encode(text, vocabulary_size, false, &words);
        result.counts.push_back(count_words(words, ids));
        // Only the last `length` ids are read: of a review of a million words no more is kept.
        reviews.add(std::span(ids).last(std::min(length, ids.size())), 0);
    }
    result.padded = pad(reviews, length);
    return result;
}

TextReviews encode_ids(std::span<const std::string> texts, std::int64_t vocabulary_size, std::size_t length) {
    Reviews reviews;
    TextReviews result;
    for (const auto& text : texts) {
        const auto ids = parse_ids(text, vocabulary_size, reviews.size() + 1);
        const auto unknown = static_cast<std::size_t>(std::count(ids.begin(), ids.end(), std::int32_t{unknown_id}));
        result.counts.push_back({ids.size(), unknown});
        reviews.add(std::span(ids).last(std::min(length, ids.size())), 0);
    }
    result.padded = pad(reviews, length);
    return result;
}

}  // namespace cellwise::data
