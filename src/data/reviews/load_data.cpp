#include "data/reviews/load_data.h"

#include <fmt/format.h>

#include <future>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/hash.h"
#include "core/numpy_random.h"

namespace cellwise::data {
namespace {

template <class T>
std::string hash_of(const std::vector<T>& values) {
    return sha256({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

std::string hash_of(const Reviews& reviews) {
    return hash_of(reviews.offsets) + hash_of(reviews.labels) + hash_of(reviews.ids);
}

}  // namespace

LoadDataOrders load_data_orders(std::size_t train, std::size_t test, std::uint32_t seed) {
    NumpyRandom random(seed);
    LoadDataOrders orders;
    orders.train = random.permutation<std::uint32_t>(train);
    orders.test = random.permutation<std::uint32_t>(test);
    return orders;
}

Prepared numbered_by(Prepared prepared, std::vector<std::string> words_by_rank, const std::string& origin) {
    if (prepared.words_by_rank == words_by_rank) return prepared;
    if (prepared.words_by_rank.empty()) {
        throw DataError(
            fmt::format("{} holds ids whose words are not known, and the model has words of its own: put the "
                        "imdb_word_index.json of these ids beside it",
                        origin));
    }
    const Vocabulary vocabulary(std::move(words_by_rank));
    std::vector<std::int32_t> new_ids;  // by the old rank - 1; 0: no such word
    for (const auto& word : prepared.words_by_rank) {
        const auto rank = vocabulary.rank(word);
        new_ids.push_back(rank == 0 ? 0 : rank + index_from);
    }
    for (auto* reviews : {&prepared.train, &prepared.test}) {
        Reviews renumbered;
        std::vector<std::int32_t> ids;
        for (std::size_t i = 0; i < reviews->size(); ++i) {
            ids.clear();
            for (const auto id : reviews->review(i)) {
                const auto old = static_cast<std::size_t>(std::max(0, id - index_from - 1));
                if (id <= index_from)
                    ids.push_back(id);
                else if (old < new_ids.size() && new_ids[old] != 0)
                    ids.push_back(new_ids[old]);
            }
            renumbered.add(ids, reviews->labels[i]);
        }
        *reviews = std::move(renumbered);
    }
    prepared.words_by_rank = vocabulary.words_by_rank();
    return prepared;
}

void require_vocabulary_size(std::int64_t vocabulary_size) {
    if (vocabulary_size > index_from && vocabulary_size <= largest_vocabulary) return;
    throw UsageError(fmt::format("--vocabulary-size {} is not in {} to {}: the first {} ids are reserved",
                                 vocabulary_size, index_from + 1, largest_vocabulary, index_from));
}

void cut_vocabulary(Reviews& reviews, std::int64_t vocabulary_size) {
    for (auto& id : reviews.ids) {
        if (id >= vocabulary_size) id = unknown_id;
    }
}

void keep_first(Reviews& reviews, std::int64_t limit) {
    if (limit <= 0 || static_cast<std::uint64_t>(limit) >= reviews.size()) return;
    const auto count = static_cast<std::size_t>(limit);
    reviews.offsets.resize(count + 1);
    reviews.labels.resize(count);
    reviews.ids.resize(reviews.offsets.back());
    reviews.ids.shrink_to_fit();
}

std::string content_sha256(const Reviews& train, const Reviews& test) {
    auto train_hash = std::async(std::launch::async, [&] { return hash_of(train); });
    const std::string test_hash = hash_of(test);
    return sha256(train_hash.get() + test_hash);
}

}  // namespace cellwise::data
