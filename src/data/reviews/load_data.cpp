#include "data/reviews/load_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <numeric>
#include <random>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/hash.h"

namespace cellwise::data {
namespace {

/// numpy's legacy random_interval: uniform in 0 … most by masking and rejection.
std::uint32_t draw_up_to(std::mt19937& engine, std::uint32_t most) {
    std::uint32_t mask = most;
    for (unsigned shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    std::uint32_t value = 0;
    do {
        value = static_cast<std::uint32_t>(engine()) & mask;
    } while (value > most);
    return value;
}

std::vector<std::uint32_t> shuffled_order(std::mt19937& engine, std::size_t count) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = count; i-- > 1;) std::swap(order[i], order[draw_up_to(engine, static_cast<std::uint32_t>(i))]);
    return order;
}

template <class T>
std::string hash_of(const std::vector<T>& values) {
    return sha256({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

std::string hash_of(const Reviews& reviews) {
    return hash_of(reviews.offsets) + hash_of(reviews.labels) + hash_of(reviews.ids);
}

}  // namespace

LoadDataOrders load_data_orders(std::size_t train, std::size_t test, std::uint32_t seed) {
    std::mt19937 engine(seed);
    LoadDataOrders orders;
    orders.train = shuffled_order(engine, train);
    orders.test = shuffled_order(engine, test);
    return orders;
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
