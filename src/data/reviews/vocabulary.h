#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cellwise::data {

/// Ids that Keras's load_data reserves; the word of rank r has id r + index_from.
inline constexpr std::int32_t padding_id = 0;
inline constexpr std::int32_t start_id = 1;
inline constexpr std::int32_t unknown_id = 2;
inline constexpr std::int32_t index_from = 3;

/// Words by rank (1 = the most frequent), with the split and lower-casing of data/tokenizer.h.
class Vocabulary {
public:
    Vocabulary() = default;
    /// words[0] has rank 1. Throws DataError if a word stands twice.
    explicit Vocabulary(std::vector<std::string> words_by_rank);

    [[nodiscard]] std::size_t size() const { return words_.size(); }
    [[nodiscard]] const std::vector<std::string>& words_by_rank() const { return words_; }

    /// The rank of a word, 0 if it is not in the vocabulary.
    [[nodiscard]] std::int32_t rank(std::string_view word) const;

    /// The word behind an id; "<pad>", "<start>", "<unknown>" for the reserved ids and beyond the end.
    [[nodiscard]] std::string_view word_of_id(std::int32_t id) const;

    /// A text as load_data(num_words = vocabulary_size) would give it: start token, ranks + index_from,
    /// ids >= vocabulary_size replaced by unknown_id. Words outside the vocabulary are dropped, as
    /// Keras did when it made imdb.npz, or, with keep_unknown, become unknown_id. `words`, if there is one, becomes the
    /// number of words in the text.
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text, std::int64_t vocabulary_size,
                                                   bool keep_unknown = false, std::size_t* words = nullptr) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
    };
    std::vector<std::string> words_;
    std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> ranks_;
};

}  // namespace cellwise::data
