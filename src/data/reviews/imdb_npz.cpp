#include "data/reviews/imdb_npz.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "data/files/npz.h"
#include "data/files/pickle.h"
#include "data/reviews/word_index.h"

namespace cellwise::data {
namespace {

constexpr std::string_view npz_remedy =
    "give the original imdb.npz, which 'cellwise data download' gets, or save the arrays with load_data(..., "
    "start_char=None, index_from=0)";

struct NpzSplit {
    IntegerLists ranks;
    std::vector<std::int64_t> labels;
};

NpzSplit read_split(const Npz& npz, const std::string& name) {
    const NpyArray& y = npz.at("y_" + name);
    if (const auto& x = npz.at("x_" + name); x.shape.size() == 2) {
        throw DataError(
            fmt::format("{} is a table of {} columns, as pad_sequences makes it: save the reviews before that, "
                        "as lists of ranks: {}",
                        x.name, x.shape[1], npz_remedy));
    }
    NpzSplit split{read_integer_lists(npz.at("x_" + name)), y.as_int64()};
    if (y.shape.size() != 1 || split.labels.size() != split.ranks.size() || split.labels.empty()) {
        throw DataError(fmt::format("{}: {} labels for {} reviews", y.name, split.labels.size(), split.ranks.size()));
    }
    for (const std::int64_t label : split.labels) {
        if (label != 0 && label != 1)
            throw DataError(fmt::format("{}: the label {} is neither 0 nor 1", y.name, label));
    }
    return split;
}

/// Refuses what load_data returns: its reviews begin with 1, which stands nowhere else, and 3 stands nowhere, as ranks
/// were raised by 3. Ranks themselves have the most frequent words, 1 and 3 among them, everywhere.
void refuse_ids(const NpzSplit& split, const std::string& where) {
    const auto& values = split.ranks.values;
    const auto reviews = split.labels.size();
    std::size_t begun = 0, padded = 0;
    for (std::size_t i = 0; i < reviews; ++i) {
        const auto first = split.ranks.offsets[i];
        if (first == split.ranks.offsets[i + 1]) continue;
        begun += values[first] == start_id ? 1 : 0;
        padded += values[first] == padding_id ? 1 : 0;
    }
    const auto ones = static_cast<std::size_t>(std::count(values.begin(), values.end(), start_id));
    const bool has_three = std::find(values.begin(), values.end(), index_from) != values.end();
    if (std::find(values.begin(), values.end(), padding_id) != values.end()) {
        throw DataError(
            fmt::format("{} holds 0, which is no word's rank but padding ({} reviews begin with it): save the "
                        "reviews before pad_sequences, as ranks: {}",
                        where, padded, npz_remedy));
    }
    if (begun == reviews && ones == reviews && !has_three && values.size() > reviews) {
        throw DataError(
            fmt::format("{}: every review begins with 1 and none has a 3: these are ids as load_data returns "
                        "them, not the words' ranks that its file holds: {}",
                        where, npz_remedy));
    }
}

Reviews in_order(const NpzSplit& split, std::span<const std::uint32_t> order, const std::string& where) {
    Reviews reviews;
    reviews.ids.reserve(split.ranks.values.size() + order.size());
    reviews.offsets.reserve(order.size() + 1);
    reviews.labels.reserve(order.size());
    for (const std::uint32_t index : order) {
        reviews.ids.push_back(start_id);
        for (std::uint64_t i = split.ranks.offsets[index]; i < split.ranks.offsets[index + 1]; ++i) {
            const std::int32_t rank = split.ranks.values[i];
            if (rank < 1 || rank > std::numeric_limits<std::int32_t>::max() - index_from) {
                throw DataError(fmt::format("{}: review {} holds {}, which is no word's rank", where, index, rank));
            }
            reviews.ids.push_back(rank + index_from);
        }
        reviews.offsets.push_back(reviews.ids.size());
        reviews.labels.push_back(static_cast<std::uint8_t>(split.labels[index]));
    }
    return reviews;
}

}  // namespace

Prepared prepare_npz(const std::filesystem::path& path, const std::filesystem::path& word_index) {
    Prepared prepared;
    if (!word_index.empty()) prepared.words_by_rank = read_word_index(word_index);
    const Npz npz = read_npz(path);
    const NpzSplit train = read_split(npz, "train");
    const NpzSplit test = read_split(npz, "test");
    refuse_ids(train, npz.at("x_train").name);
    refuse_ids(test, npz.at("x_test").name);
    const auto orders = load_data_orders(train.labels.size(), test.labels.size());
    prepared.train = in_order(train, orders.train, npz.at("x_train").name);
    prepared.test = in_order(test, orders.test, npz.at("x_test").name);
    return prepared;
}

}  // namespace cellwise::data
