#include "data/reviews/imdb_npz.h"

#include <fmt/format.h>

#include <limits>
#include <span>
#include <string>

#include "core/error.h"
#include "data/files/npz.h"
#include "data/files/pickle.h"
#include "data/reviews/word_index.h"

namespace cellwise::data {
namespace {

struct Split {
    IntegerLists ranks;
    std::vector<std::int64_t> labels;
};

Split read_split(const Npz& npz, const std::string& name) {
    const NpyArray& y = npz.at("y_" + name);
    Split split{read_integer_lists(npz.at("x_" + name)), y.as_int64()};
    if (y.shape.size() != 1 || split.labels.size() != split.ranks.size() || split.labels.empty()) {
        throw DataError(fmt::format("{}: {} labels for {} reviews", y.name, split.labels.size(), split.ranks.size()));
    }
    for (const std::int64_t label : split.labels) {
        if (label != 0 && label != 1)
            throw DataError(fmt::format("{}: the label {} is neither 0 nor 1", y.name, label));
    }
    return split;
}

Reviews in_order(const Split& split, std::span<const std::uint32_t> order, const std::string& where) {
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
    const Split train = read_split(npz, "train");
    const Split test = read_split(npz, "test");
    const auto orders = load_data_orders(train.labels.size(), test.labels.size());
    prepared.train = in_order(train, orders.train, npz.at("x_train").name);
    prepared.test = in_order(test, orders.test, npz.at("x_test").name);
    return prepared;
}

}  // namespace cellwise::data
