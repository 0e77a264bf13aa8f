#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "core/error.h"
#include "core/numpy_random.h"
#include "data/tables/splits.h"
#include "recipe_golden.h"
#include "recipe_tables.h"

namespace cellwise::tables {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

std::vector<std::int64_t> first(const std::vector<std::int64_t>& rows, std::size_t count) {
    return {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::vector<std::int64_t> sorted_union(const Split& split) {
    auto rows = split.train;
    rows.insert(rows.end(), split.test.begin(), split.test.end());
    std::sort(rows.begin(), rows.end());
    return rows;
}

std::vector<std::int64_t> all_rows(std::size_t count) {
    std::vector<std::int64_t> rows(count);
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

// Printed by numpy 2.4.6: RandomState(42).permutation(10), .randint(100, size=5), .uniform(size=3).
TEST(NumpyRandom, DrawsWhatNumpyDraws) {
    EXPECT_THAT(NumpyRandom(42).permutation(10), ElementsAre(8, 1, 5, 0, 7, 2, 9, 4, 3, 6));
    NumpyRandom random(42);
    std::vector<std::uint32_t> whole;
    for (int i = 0; i < 5; ++i) whole.push_back(random.below(100));
    EXPECT_THAT(whole, ElementsAre(51, 92, 14, 71, 60));
    NumpyRandom uniform(42);
    EXPECT_DOUBLE_EQ(uniform.uniform(), 0.3745401188473625);
    EXPECT_DOUBLE_EQ(uniform.uniform(), 0.9507143064099162);
    EXPECT_DOUBLE_EQ(uniform.uniform(), 0.7319939418114051);
}

TEST(NumpyRandom, OneValueNeedsNoDraw) {
    NumpyRandom one(1);
    NumpyRandom other(1);
    EXPECT_EQ(one.below(1), 0U);
    EXPECT_EQ(one.below(1000), other.below(1000));
}

class GoldenSplit : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Tables, GoldenSplit, testing::Values("telco", "hdma", "computers"),
                         [](const auto& table) { return std::string(table.param); });

void expect_golden(const Split& split, const nlohmann::json& expected) {
    EXPECT_EQ(split.train.size(), expected["train"]);
    EXPECT_EQ(split.test.size(), expected["test"]);
    EXPECT_THAT(first(split.train, 20), ElementsAreArray(expected["train_begins"].get<std::vector<std::int64_t>>()));
    EXPECT_THAT(first(split.test, 20), ElementsAreArray(expected["test_begins"].get<std::vector<std::int64_t>>()));
    EXPECT_EQ(sorted_union(split), all_rows(split.train.size() + split.test.size()));
}

TEST_P(GoldenSplit, PlainHasScikitLearnsRows) {
    if (!has_customers_data()) GTEST_SKIP() << no_customers_data();
    const auto expected = golden(GetParam());
    expect_golden(train_test_split(expected["rows"], 0.2, 42), expected["split_42_plain"]);
}

TEST_P(GoldenSplit, StratifiedHasScikitLearnsRows) {
    if (!has_customers_data()) GTEST_SKIP() << no_customers_data();
    const auto expected = golden(GetParam());
    if (!expected.contains("split_42_stratified")) GTEST_SKIP() << "the target is numeric: there are no classes";
    const auto labels = golden_labels(GetParam());
    const auto split = stratified_train_test_split(labels, 0.2, 42);
    expect_golden(split, expected["split_42_stratified"]);
    const auto positives = [&](const std::vector<std::int64_t>& rows) {
        return std::count_if(rows.begin(), rows.end(),
                             [&](auto row) { return labels[static_cast<std::size_t>(row)] == 1; });
    };
    EXPECT_EQ(positives(split.train), expected["split_42_stratified"]["train_positive"]);
    EXPECT_EQ(positives(split.test), expected["split_42_stratified"]["test_positive"]);
}

// Printed by scikit-learn 1.9.1 for labels 0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3 (ties among the remainders, broken by lot).
TEST(StratifiedSplit, TiesAreBrokenAsScikitLearnBreaksThem) {
    std::vector<std::int32_t> labels;
    for (std::int32_t i = 0; i < 16; ++i) labels.push_back(i / 4);
    const auto split = stratified_train_test_split(labels, 0.4, 7);
    EXPECT_THAT(split.train, ElementsAre(1, 8, 7, 11, 5, 15, 9, 13, 3));
    EXPECT_THAT(split.test, ElementsAre(4, 0, 2, 12, 14, 10, 6));
}

TEST(StratifiedSplit, AClassOfOneRowIsRefused) {
    const std::vector<std::int32_t> labels{0, 0, 0, 0, 1};
    EXPECT_THROW((void)stratified_train_test_split(labels, 0.2, 42), DataError);
    EXPECT_THROW((void)stratified_train_test_split(std::vector<std::int32_t>{0, 0, 1, 1}, 0.2, 42), DataError);
}

TEST(Split, WhatCannotBeSplitIsRefused) {
    EXPECT_THROW((void)train_test_split(10, 0, 42), UsageError);
    EXPECT_THROW((void)train_test_split(10, 1, 42), UsageError);
    EXPECT_THROW((void)train_test_split(10, 0.2, std::uint64_t{1} << 32), UsageError);
    EXPECT_THROW((void)train_test_split(1, 0.2, 42), DataError);
    EXPECT_THROW((void)train_test_split(0, 0.2, 42), DataError);
    EXPECT_THROW((void)k_folds(10, 1, 1, 0), UsageError);
    EXPECT_THROW((void)k_folds(10, 2, 0, 0), UsageError);
    EXPECT_THROW((void)k_folds(3, 4, 1, 0), DataError);
    EXPECT_THROW((void)stratified_k_folds(std::vector<std::int32_t>{0, 0, 1, 1}, 3, 1, 0), DataError);
}

TEST(Folds, ByHand) {
    const auto folds = k_folds(5, 2, 1, 3);
    ASSERT_EQ(folds.size(), 2U);
    EXPECT_EQ(folds[0].test.size(), 3U);
    EXPECT_EQ(folds[1].test.size(), 2U);
    EXPECT_EQ(folds[0].test, folds[1].train);
    EXPECT_EQ(folds[0].train, folds[1].test);
}

RC_GTEST_PROP(Folds, EveryRowIsTestedOnceARepeat, ()) {
    const auto folds = *rc::gen::inRange<std::int64_t>(2, 8);
    const auto repeats = *rc::gen::inRange<std::int64_t>(1, 4);
    const auto rows = *rc::gen::inRange<std::size_t>(static_cast<std::size_t>(folds), 80);
    const auto splits = k_folds(static_cast<std::int64_t>(rows), folds, repeats, 5);
    RC_ASSERT(splits.size() == static_cast<std::size_t>(folds * repeats));
    for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
        std::vector<std::int64_t> tested;
        for (std::int64_t fold = 0; fold < folds; ++fold) {
            const auto& split = splits[static_cast<std::size_t>(repeat * folds + fold)];
            RC_ASSERT(sorted_union(split) == all_rows(rows));
            const auto size = split.test.size();
            RC_ASSERT(size == rows / static_cast<std::size_t>(folds) ||
                      size == rows / static_cast<std::size_t>(folds) + 1);
            tested.insert(tested.end(), split.test.begin(), split.test.end());
        }
        std::sort(tested.begin(), tested.end());
        RC_ASSERT(tested == all_rows(rows));
    }
}

RC_GTEST_PROP(Folds, StratifiedFoldsHoldEachClassEvenly, ()) {
    const auto folds = *rc::gen::inRange<std::int64_t>(2, 6);
    auto labels = *rc::gen::container<std::vector<std::int32_t>>(rc::gen::inRange(0, 3));
    labels.insert(labels.end(), static_cast<std::size_t>(folds), 0);
    std::map<std::int32_t, std::int64_t> sizes;
    for (const auto label : labels) ++sizes[label];
    for (const auto& split : stratified_k_folds(labels, folds, 2, 9)) {
        RC_ASSERT(sorted_union(split) == all_rows(labels.size()));
        std::map<std::int32_t, std::int64_t> tested;
        for (const auto row : split.test) ++tested[labels[static_cast<std::size_t>(row)]];
        for (const auto& [label, size] : sizes) {
            RC_ASSERT(tested[label] == size / folds || tested[label] == size / folds + 1);
        }
    }
}

TEST(Folds, RepeatsAndSeedsDiffer) {
    const auto folds = k_folds(100, 2, 2, 1);
    EXPECT_NE(folds[0].test, folds[2].test);
    EXPECT_NE(folds[0].test, k_folds(100, 2, 1, 2)[0].test);
    EXPECT_EQ(folds[0].test, k_folds(100, 2, 1, 1)[0].test);
}

TEST(Folds, OfGivenRows) {
    const Split positions{.train = {0, 2}, .test = {1}};
    const auto split = split_of_rows(positions, std::vector<std::int64_t>{10, 20, 30});
    EXPECT_THAT(split.train, ElementsAre(10, 30));
    EXPECT_THAT(split.test, ElementsAre(20));
}

}  // namespace
}  // namespace cellwise::tables
