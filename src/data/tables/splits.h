#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cellwise::tables {

/// Rows of a table, counted from 0, to learn from and to be judged on. The order counts: models that draw rows see it.
struct Split {
    std::vector<std::int64_t> train;
    std::vector<std::int64_t> test;
};

/// scikit-learn's train_test_split(rows, test_size=test_share, random_state=seed): the same rows in the same order.
/// test_share: in (0, 1); seed: below 2^32. Throws UsageError for others, DataError if a side would be empty.
[[nodiscard]] Split train_test_split(std::int64_t rows, double test_share, std::uint64_t seed);

/// The same with stratify=classes: every class has its share on both sides. classes: [rows], one number a row, whose
/// order is that of scikit-learn's sorted labels. Throws DataError if a class has a single row or a side has fewer
/// rows than there are classes.
[[nodiscard]] Split stratified_train_test_split(std::span<const std::int32_t> classes, double test_share,
                                                std::uint64_t seed);

/// `repeats` times `folds` splits of the rows 0 … rows − 1, shuffled anew for every repeat (core/random.h, not numpy's
/// generator). Within a repeat every row is tested once; the folds differ by one row at most. The rows of either side
/// are in ascending order. Throws UsageError if folds < 2 or repeats < 1, DataError if there are fewer rows than folds.
[[nodiscard]] std::vector<Split> k_folds(std::int64_t rows, std::int64_t folds, std::int64_t repeats,
                                         std::uint64_t seed);

/// The same, and every class is spread over the folds of a repeat as evenly as can be. Throws DataError if all
/// classes have fewer rows than there are folds.
[[nodiscard]] std::vector<Split> stratified_k_folds(std::span<const std::int32_t> classes, std::int64_t folds,
                                                    std::int64_t repeats, std::uint64_t seed);

/// A split of positions 0 … n − 1 as a split of the n given rows.
[[nodiscard]] Split split_of_rows(const Split& positions, std::span<const std::int64_t> rows);

}  // namespace cellwise::tables
