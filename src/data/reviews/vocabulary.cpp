#include "data/reviews/vocabulary.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/error.h"
#include "data/reviews/tokenizer.h"

namespace cellwise::data {

Vocabulary::Vocabulary(std::vector<std::string> words_by_rank) : words_(std::move(words_by_rank)) {
    if (words_.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max() - index_from)) {
        throw DataError(fmt::format("a vocabulary of {} words is too large", words_.size()));
    }
    ranks_.reserve(words_.size());
    std::int32_t rank = 0;
    for (const auto& word : words_) {
        if (!ranks_.emplace(word, ++rank).second) {
            throw DataError(fmt::format("the word '{}' stands twice in the vocabulary", word));
        }
    }
}

std::int32_t Vocabulary::rank(std::string_view word) const {
    const auto found = ranks_.find(word);
    return found == ranks_.end() ? 0 : found->second;
}

std::string_view Vocabulary::word_of_id(std::int32_t id) const {
    if (id == padding_id) return "<pad>";
    if (id == start_id) return "<start>";
    const auto index = static_cast<std::int64_t>(id) - index_from - 1;
    if (index < 0 || index >= static_cast<std::int64_t>(words_.size())) return "<unknown>";
    return words_[static_cast<std::size_t>(index)];
}

std::vector<std::int32_t> Vocabulary::encode(std::string_view text, std::int64_t vocabulary_size, bool keep_unknown,
                                             std::size_t* words) const {
    std::vector<std::int32_t> ids{start_id};
    std::size_t count = 0;
    for_each_word(text, [&](std::string_view word) {
        ++count;
        const std::int32_t word_rank = rank(word);
        if (word_rank == 0) {
            if (keep_unknown) ids.push_back(unknown_id);
            return;
        }
        const std::int32_t id = word_rank + index_from;
        ids.push_back(id < vocabulary_size ? id : unknown_id);
    });
    if (words != nullptr) *words = count;
    return ids;
}

}  // namespace cellwise::data
