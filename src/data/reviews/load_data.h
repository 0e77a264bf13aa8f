#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/reviews/dataset.h"

namespace cellwise::data {

/// The seed of keras.datasets.imdb.load_data.
inline constexpr std::uint32_t load_data_seed = 113;

/// The orders in which load_data takes the reviews of the train and the test split: two shuffles of
/// 0 … n − 1 drawn from ONE numpy.random.RandomState(seed), reproduced exactly (MT19937 with its
/// classic initialisation, bounded draws by masking and rejection, Fisher-Yates from the end).
struct LoadDataOrders {
    std::vector<std::uint32_t> train;
    std::vector<std::uint32_t> test;
};
[[nodiscard]] LoadDataOrders load_data_orders(std::size_t train, std::size_t test, std::uint32_t seed = load_data_seed);

/// All that load_data gives before num_words: reviews shuffled, start token first, ranks shifted by
/// index_from; and the words by rank (empty if none are known).
struct Prepared {
    Reviews train;
    Reviews test;
    std::vector<std::string> words_by_rank;
    LabelNames labels = {};
};

/// The same reviews numbered by other words: what has no rank among those is left out. Throws DataError if the data's
/// own words are not known, so that its ids cannot be turned into words.
[[nodiscard]] Prepared numbered_by(Prepared prepared, std::vector<std::string> words_by_rank,
                                   const std::string& origin);

/// DataOptions::vocabulary_size that keeps every word: embeddings beyond it would not fit any memory.
inline constexpr std::int64_t largest_vocabulary = 10'000'000;

/// Throws UsageError unless the size leaves a word beside the reserved ids and is not above the largest.
void require_vocabulary_size(std::int64_t vocabulary_size);

/// Replaces ids >= vocabulary_size by unknown_id.
void cut_vocabulary(Reviews& reviews, std::int64_t vocabulary_size);

/// Keeps the first `limit` reviews; 0 keeps all.
void keep_first(Reviews& reviews, std::int64_t limit);

/// SHA-256 that identifies ids and labels of both splits: of the concatenated hexadecimal SHA-256 of,
/// for train and then test, the offsets (uint64), the labels (uint8) and the ids (int32), little endian.
[[nodiscard]] std::string content_sha256(const Reviews& train, const Reviews& test);

}  // namespace cellwise::data
