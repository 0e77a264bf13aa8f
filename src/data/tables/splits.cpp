#include "data/tables/splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/numpy_random.h"
#include "core/random.h"

namespace cellwise::tables {
namespace {

using Rows = std::vector<std::int64_t>;

struct PartCounts {
    std::int64_t train = 0;
    std::int64_t test = 0;
};

PartCounts counts_of(std::int64_t rows, double test_share, std::uint64_t seed) {
    if (!(test_share > 0 && test_share < 1)) {
        throw UsageError(fmt::format("--test-share {} is not between 0 and 1", test_share));
    }
    if (seed > std::numeric_limits<std::uint32_t>::max()) {
        throw UsageError(
            fmt::format("--seed {} is 2^32 or more: numpy's generator, which draws the split, takes less", seed));
    }
    PartCounts counts;
    counts.test = static_cast<std::int64_t>(std::ceil(test_share * static_cast<double>(rows)));
    counts.train = rows - counts.test;
    if (counts.train < 1 || counts.test < 1) {
        throw DataError(fmt::format("a table of {} rows cannot be split: {} would be trained on, {} tested", rows,
                                    counts.train, counts.test));
    }
    return counts;
}

/// The rows of each class, ascending.
std::vector<Rows> rows_of_classes(std::span<const std::int32_t> classes) {
    std::vector<Rows> rows;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        assert(classes[i] >= 0);
        const auto number = static_cast<std::size_t>(classes[i]);
        if (number >= rows.size()) rows.resize(number + 1);
        rows[number].push_back(static_cast<std::int64_t>(i));
    }
    std::erase_if(rows, [](const Rows& members) { return members.empty(); });
    return rows;
}

/// scikit-learn's _approximate_mode: how many of each class are drawn when `draws` rows are drawn of `counts`. Each
/// gets its share, rounded down; what is left goes to the largest remainders, ties by lot.
std::vector<std::int64_t> approximate_mode(const std::vector<std::int64_t>& counts, std::int64_t draws,
                                           NumpyRandom& random) {
    double sum = 0;
    for (const auto count : counts) sum += static_cast<double>(count);
    std::vector<std::int64_t> drawn;
    std::vector<double> remainders;
    std::int64_t left = draws;
    for (const auto count : counts) {
        const double share = static_cast<double>(count) / sum * static_cast<double>(draws);
        drawn.push_back(static_cast<std::int64_t>(std::floor(share)));
        remainders.push_back(share - std::floor(share));
        left -= drawn.back();
    }
    std::vector<double> values = remainders;
    std::sort(values.begin(), values.end(), std::greater<>());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (const double value : values) {
        if (left <= 0) break;
        std::vector<std::size_t> tied;
        for (std::size_t i = 0; i < remainders.size(); ++i) {
            if (remainders[i] == value) tied.push_back(i);
        }
        const auto now = std::min<std::size_t>(tied.size(), static_cast<std::size_t>(left));
        const auto order = random.permutation<std::size_t>(tied.size());
        for (std::size_t i = 0; i < now; ++i) ++drawn[tied[order[i]]];
        left -= static_cast<std::int64_t>(now);
    }
    return drawn;
}

void require_folds(std::int64_t folds, std::int64_t repeats) {
    if (folds < 2) throw UsageError(fmt::format("--folds {}: at least 2 are needed", folds));
    if (repeats < 1) throw UsageError(fmt::format("--repeats {}: at least 1 is needed", repeats));
}

Random random_of(std::uint64_t seed, std::int64_t repeat) { return {seed, fmt::format("folds of repeat {}", repeat)}; }

/// One repeat: `fold_of` has the fold in which each row is tested.
void append_folds(std::vector<Split>& splits, const std::vector<std::int64_t>& fold_of, std::int64_t folds) {
    for (std::int64_t fold = 0; fold < folds; ++fold) {
        Split split;
        for (std::size_t row = 0; row < fold_of.size(); ++row) {
            (fold_of[row] == fold ? split.test : split.train).push_back(static_cast<std::int64_t>(row));
        }
        splits.push_back(std::move(split));
    }
}

}  // namespace

Split train_test_split(std::int64_t rows, double test_share, std::uint64_t seed) {
    const auto counts = counts_of(rows, test_share, seed);
    NumpyRandom random(static_cast<std::uint32_t>(seed));
    const auto order = random.permutation(static_cast<std::size_t>(rows));
    return {.train = Rows(order.begin() + counts.test, order.end()),
            .test = Rows(order.begin(), order.begin() + counts.test)};
}

Split stratified_train_test_split(std::span<const std::int32_t> classes, double test_share, std::uint64_t seed) {
    const auto counts = counts_of(static_cast<std::int64_t>(classes.size()), test_share, seed);
    const auto members = rows_of_classes(classes);
    const auto class_count = static_cast<std::int64_t>(members.size());
    std::vector<std::int64_t> sizes;
    for (const auto& rows : members) sizes.push_back(static_cast<std::int64_t>(rows.size()));
    if (*std::min_element(sizes.begin(), sizes.end()) < 2) {
        throw DataError(
            "a class has a single row: it cannot stand on both sides of a stratified split; drop the row or leave "
            "--stratify out");
    }
    if (std::min(counts.train, counts.test) < class_count) {
        throw DataError(fmt::format("{} rows to train on and {} to test are too few for {} classes", counts.train,
                                    counts.test, class_count));
    }
    NumpyRandom random(static_cast<std::uint32_t>(seed));
    const auto train_counts = approximate_mode(sizes, counts.train, random);
    for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] -= train_counts[i];
    const auto test_counts = approximate_mode(sizes, counts.test, random);
    Split split;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto order = random.permutation<std::size_t>(members[i].size());
        const auto train = static_cast<std::size_t>(train_counts[i]);
        const auto end = train + static_cast<std::size_t>(test_counts[i]);
        for (std::size_t j = 0; j < end; ++j) (j < train ? split.train : split.test).push_back(members[i][order[j]]);
    }
    random.shuffle(std::span(split.train));
    random.shuffle(std::span(split.test));
    return split;
}

std::vector<Split> k_folds(std::int64_t rows, std::int64_t folds, std::int64_t repeats, std::uint64_t seed) {
    require_folds(folds, repeats);
    if (rows < folds) throw DataError(fmt::format("{} rows cannot be laid into {} folds", rows, folds));
    std::vector<Split> splits;
    for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
        std::vector<std::int64_t> fold_of(static_cast<std::size_t>(rows));
        for (std::size_t i = 0; i < fold_of.size(); ++i) fold_of[i] = static_cast<std::int64_t>(i) % folds;
        auto random = random_of(seed, repeat);
        random.shuffle(std::span(fold_of));
        append_folds(splits, fold_of, folds);
    }
    return splits;
}

std::vector<Split> stratified_k_folds(std::span<const std::int32_t> classes, std::int64_t folds, std::int64_t repeats,
                                      std::uint64_t seed) {
    require_folds(folds, repeats);
    const auto members = rows_of_classes(classes);
    std::size_t largest = 0;
    for (const auto& rows : members) largest = std::max(largest, rows.size());
    if (largest < static_cast<std::size_t>(folds)) {
        throw DataError(fmt::format("no class has the {} rows that {} folds need", folds, folds));
    }
    std::vector<Split> splits;
    for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
        auto random = random_of(seed, repeat);
        std::vector<std::int64_t> fold_of(classes.size());
        std::int64_t next = 0;  // where the last class ended: the folds stay equal in size
        for (auto rows : members) {
            random.shuffle(std::span(rows));
            for (const auto row : rows) fold_of[static_cast<std::size_t>(row)] = next++ % folds;
        }
        append_folds(splits, fold_of, folds);
    }
    return splits;
}

Split split_of_rows(const Split& positions, std::span<const std::int64_t> rows) {
    const auto taken = [&](const Rows& from) {
        Rows result;
        result.reserve(from.size());
        for (const auto position : from) result.push_back(rows[static_cast<std::size_t>(position)]);
        return result;
    };
    return {.train = taken(positions.train), .test = taken(positions.test)};
}

}  // namespace cellwise::tables
