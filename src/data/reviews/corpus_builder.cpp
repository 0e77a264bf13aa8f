#include "data/reviews/corpus_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/paths.h"
#include "data/reviews/tokenizer.h"
#include "data/reviews/word_index.h"

namespace cellwise::data {
namespace {

using Batch = std::vector<RawReview>;
constexpr std::size_t batch_reviews = 256;
constexpr std::size_t most_waiting_batches = 8;

/// Batches on their way from the reader to the thread that splits words.
class BatchQueue {
public:
    void push(Batch batch) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return batches_.size() < most_waiting_batches || closed_; });
        if (closed_) return;  // the other thread has failed; finish() reports why
        batches_.push_back(std::move(batch));
        changed_.notify_all();
    }
    /// Nothing once the queue is closed and empty.
    std::optional<Batch> pop() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !batches_.empty() || closed_; });
        if (batches_.empty()) return std::nullopt;
        Batch batch = std::move(batches_.front());
        batches_.pop_front();
        changed_.notify_all();
        return batch;
    }
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Batch> batches_;
    bool closed_ = false;
};

/// Numbers words in the order in which they first appear.
class Interner {
public:
    std::uint32_t number(std::string_view word) {
        const auto found = numbers_.find(word);
        if (found != numbers_.end()) return found->second;
        const auto made = numbers_.emplace(word, static_cast<std::uint32_t>(words_.size())).first;
        words_.push_back(&made->first);
        return made->second;
    }
    [[nodiscard]] std::size_t size() const { return words_.size(); }
    [[nodiscard]] const std::string& word(std::uint32_t number) const { return *words_[number]; }
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view word) const {
        const auto found = numbers_.find(word);
        return found == numbers_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
    };
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
    std::vector<const std::string*> words_;
};

struct NumberedReview {
    bool is_positive = false;
    std::string name;
    std::vector<std::uint32_t> words;
};
using Split = std::vector<NumberedReview>;

/// All words of the train split, the most frequent first, then by their bytes.
std::vector<std::string> words_by_count(const Split& train, const Interner& words) {
    std::vector<std::uint64_t> counts(words.size());
    for (const auto& review : train) {
        for (const std::uint32_t word : review.words) ++counts[word];
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t word = 0; word < counts.size(); ++word) {
        if (counts[word] > 0) order.push_back(word);
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return counts[a] != counts[b] ? counts[a] > counts[b] : words.word(a) < words.word(b);
    });
    std::vector<std::string> result;
    result.reserve(order.size());
    for (const std::uint32_t word : order) result.push_back(words.word(word));
    return result;
}

void sort_as_keras(Split& split) {
    std::sort(split.begin(), split.end(), [](const NumberedReview& a, const NumberedReview& b) {
        return a.is_positive != b.is_positive ? a.is_positive : a.name < b.name;
    });
    const auto twin = std::adjacent_find(split.begin(), split.end(), [](const auto& a, const auto& b) {
        return a.is_positive == b.is_positive && a.name == b.name;
    });
    if (twin != split.end()) {
        throw DataError(fmt::format("the review '{}' stands twice among the {} ones", twin->name,
                                    twin->is_positive ? "positive" : "negative"));
    }
}

/// Takes the reviews in that order, with ranks for words; empties `split`.
Reviews ranked(Split& split, std::span<const std::uint32_t> order, std::span<const std::int32_t> rank_of_word) {
    Reviews reviews;
    std::size_t words = split.size();
    for (const auto& review : split) words += review.words.size();
    reviews.ids.reserve(words);
    reviews.offsets.reserve(split.size() + 1);
    reviews.labels.reserve(split.size());
    for (const std::uint32_t index : order) {
        reviews.ids.push_back(start_id);
        for (const std::uint32_t word : split[index].words) {
            if (rank_of_word[word] > 0) reviews.ids.push_back(rank_of_word[word] + index_from);
        }
        reviews.offsets.push_back(reviews.ids.size());
        reviews.labels.push_back(split[index].is_positive ? 1 : 0);
        split[index].words = {};
    }
    return reviews;
}

std::vector<std::uint32_t> order_as_added(std::size_t count) {
    std::vector<std::uint32_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(i);
    return order;
}

}  // namespace

struct CorpusBuilder::State {
    Batch batch;
    BatchQueue queue;
    Interner words;
    std::array<Split, 2> splits;  // train, test
    std::future<void> worker;

    void work() {
        try {
            while (auto reviews = queue.pop()) {
                for (auto& review : *reviews) number(review);
            }
        } catch (...) {
            queue.close();  // or the reader would wait forever
            throw;
        }
    }
    void number(RawReview& review) {
        NumberedReview numbered{review.is_positive, std::move(review.name), {}};
        numbered.words.reserve(review.text.size() / 5);
        for_each_word(review.text, [&](std::string_view word) { numbered.words.push_back(words.number(word)); });
        numbered.words.shrink_to_fit();
        splits[review.is_test ? 1 : 0].push_back(std::move(numbered));
    }
};

CorpusBuilder::CorpusBuilder() : state_(std::make_unique<State>()) {
    state_->worker = std::async(std::launch::async, [state = state_.get()] { state->work(); });
}

CorpusBuilder::~CorpusBuilder() {
    state_->queue.close();
    if (state_->worker.valid()) state_->worker.wait();
}

void CorpusBuilder::add(RawReview review) {
    state_->batch.push_back(std::move(review));
    if (state_->batch.size() < batch_reviews) return;
    state_->queue.push(std::exchange(state_->batch, {}));
}

Prepared CorpusBuilder::finish(std::vector<std::string> words_by_rank, Order order) {
    state_->queue.push(std::exchange(state_->batch, {}));
    state_->queue.close();
    state_->worker.get();
    auto& [train, test] = state_->splits;

    Prepared prepared;
    prepared.words_by_rank = words_by_rank.empty() ? words_by_count(train, state_->words) : std::move(words_by_rank);
    std::vector<std::int32_t> rank_of_word(state_->words.size());
    for (std::size_t i = 0; i < prepared.words_by_rank.size(); ++i) {
        if (const auto word = state_->words.find(prepared.words_by_rank[i])) {
            rank_of_word[*word] = static_cast<std::int32_t>(i + 1);
        }
    }
    LoadDataOrders orders{order_as_added(train.size()), order_as_added(test.size())};
    if (order == Order::load_data) {
        sort_as_keras(train);
        sort_as_keras(test);
        orders = load_data_orders(train.size(), test.size());
    }
    prepared.train = ranked(train, orders.train, rank_of_word);
    prepared.test = ranked(test, orders.test, rank_of_word);
    return prepared;
}

Prepared prepare_raw(const std::filesystem::path& path, const std::filesystem::path& word_index, Encoding encoding) {
    std::vector<std::string> words;
    if (!word_index.empty()) words = read_word_index(word_index);
    return prepare_raw_by_words(path, std::move(words), encoding);
}

Prepared prepare_raw_by_words(const std::filesystem::path& path, std::vector<std::string> words, Encoding encoding) {
    CorpusBuilder builder;
    const auto sink = [&](RawReview review) { builder.add(std::move(review)); };
    is_folder(path) ? read_folder(path, sink, encoding) : read_archive(path, sink, encoding);
    return builder.finish(std::move(words), CorpusBuilder::Order::load_data);
}

}  // namespace cellwise::data
