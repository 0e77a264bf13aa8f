#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/error.h"
#include "data/tables/features.h"
#include "data/tables/smote.h"
#include "data/tables/splits.h"
#include "recipe_golden.h"
#include "recipe_tables.h"

namespace cellwise::tables {
namespace {

using testing::ElementsAre;

std::vector<std::int64_t> all_rows(const Table& table) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

Table small_table() {
    return table_of({numeric_column("age", {20, 30, missing, 60}), level_column("plan", {"b", "a", std::nullopt, "b"}),
                     level_column("id", {"1", "2", "3", "4"}, Kind::identifier), numeric_column("", {1, 2, 3, 4}),
                     numeric_column("same", {5, 5, 5, 5}), numeric_column("none", {missing, missing, missing, missing}),
                     flag_column("senior", {0, 1, 0, 0}), level_column("bought", {"no", "yes", "no", "no"})});
}

TEST(Features, ByHand) {
    const auto table = small_table();
    FeatureBuilder builder({.leave_out = {"bought"}});
    builder.fit(table, all_rows(table));
    const auto matrix = builder.apply(table, all_rows(table));
    EXPECT_THAT(matrix.names, ElementsAre("age", "senior", "plan_a", "plan_b"));
    EXPECT_THAT(matrix.sources, ElementsAre("age", "senior", "plan", "plan"));
    EXPECT_THAT(matrix.values, ElementsAre(20, 0, 0, 1, 30, 1, 1, 0, 30, 0, 0, 1, 60, 0, 0, 1));
    EXPECT_EQ(matrix.filled, 2);
    EXPECT_EQ(matrix.unseen, 0);
    EXPECT_EQ(builder.left_out().size(), 5U);
}

TEST(Features, AnUnseenLevelIsZeroEverywhereAndCounted) {
    const auto table = table_of({level_column("plan", {"a", "b", "c"})});
    FeatureBuilder builder;
    builder.fit(table, std::vector<std::int64_t>{0, 1});
    const auto matrix = builder.apply(table, std::vector<std::int64_t>{2, 1});
    EXPECT_THAT(matrix.names, ElementsAre("plan_a", "plan_b"));
    EXPECT_THAT(matrix.values, ElementsAre(0, 0, 0, 1));
    EXPECT_EQ(matrix.unseen, 1);
}

TEST(Features, StandardisedByThePopulationDeviationOfTheFilledColumn) {
    const auto table = table_of({numeric_column("x", {1, 2, missing, 6})});
    FeatureBuilder builder({.leave_out = {}, .standardised = true});
    builder.fit(table, all_rows(table));
    const auto matrix = builder.apply(table, all_rows(table));  // 1 2 2 6: mean 2.75, variance 3.6875
    EXPECT_DOUBLE_EQ(matrix.values[0], -1.75 / std::sqrt(3.6875));
    EXPECT_DOUBLE_EQ(matrix.values[2], -0.75 / std::sqrt(3.6875));
}

TEST(Features, KeptAndLoadedTheyAreTheSame) {
    const auto table = small_table();
    FeatureBuilder builder({.leave_out = {"bought"}, .standardised = true});
    builder.fit(table, all_rows(table));
    const auto loaded = FeatureBuilder::from_json(nlohmann::ordered_json::parse(builder.json().dump()));
    EXPECT_EQ(loaded.apply(table, all_rows(table)).values, builder.apply(table, all_rows(table)).values);
    EXPECT_EQ(loaded.json(), builder.json());
    EXPECT_THROW((void)FeatureBuilder::from_json({{"numbers", 3}}), DataError);
}

TEST(Features, WhatIsMissingOrOfAnotherKindIsSaid) {
    const auto table = table_of({numeric_column("x", {1, 2})});
    FeatureBuilder builder;
    builder.fit(table, all_rows(table));
    EXPECT_THROW((void)builder.apply(table_of({numeric_column("y", {1})}), std::vector<std::int64_t>{0}), DataError);
    EXPECT_THROW((void)builder.apply(table_of({level_column("x", {"a"})}), std::vector<std::int64_t>{0}), DataError);
    // No value at all tells no kind: it is filled.
    const auto blank = table_of({level_column("x", {std::nullopt})});
    EXPECT_THAT(builder.apply(blank, std::vector<std::int64_t>{0}).values, ElementsAre(1.5));
    EXPECT_THROW(FeatureBuilder({.leave_out = {"x"}}).fit(table, all_rows(table)), DataError);
}

class GoldenFeatures : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (!has_customers_data()) GTEST_SKIP() << no_customers_data();
        expected = golden(GetParam());
        table = golden_table(GetParam());
        target = std::string(GetParam()) == "telco" ? "Churn" : std::string(GetParam()) == "hdma" ? "deny" : "price";
    }
    nlohmann::json expected;
    Table table;
    std::string target;
};
INSTANTIATE_TEST_SUITE_P(Tables, GoldenFeatures, testing::Values("telco", "hdma", "computers"),
                         [](const auto& name) { return std::string(name.param); });

TEST_P(GoldenFeatures, AreThoseOfTheCoefficients) {
    FeatureBuilder builder({.leave_out = {target}});
    builder.fit(table, all_rows(table));
    std::vector<std::string> columns = expected["features"]["numeric"];
    for (const auto& name : expected["features"]["categorical"]) columns.push_back(name);
    auto found = builder.columns();
    std::sort(found.begin(), found.end());
    std::sort(columns.begin(), columns.end());
    EXPECT_EQ(found, columns);
    if (!expected.contains("logistic_regression_coefficients")) return;
    std::vector<std::string> names;
    for (const auto& [name, value] : expected["logistic_regression_coefficients"].items()) {
        if (name != "intercept") names.push_back(name);
    }
    auto features = builder.apply(table, all_rows(table)).names;
    std::sort(features.begin(), features.end());
    EXPECT_EQ(features, names);
}

TEST_P(GoldenFeatures, SmoteMakesImbalancedLearnsRows) {
    if (!expected.contains("smote_42_on_numeric_of_stratified_train")) GTEST_SKIP() << "the target is numeric";
    const auto smote_values = expected["smote_42_on_numeric_of_stratified_train"];
    const auto labels = golden_labels(GetParam());
    const auto split = stratified_train_test_split(labels, 0.2, 42);
    Table numbers;
    numbers.rows = table.rows;
    SmoteOptions options;
    for (const auto& name : smote_values["columns"]) {
        numbers.columns.push_back(*column_of(table, name.get<std::string>()));
        options.whole.push_back(
            std::ranges::all_of(numbers.columns.back().numbers, [](double x) { return x == std::trunc(x); }));
    }
    FeatureBuilder builder;
    builder.fit(numbers, all_rows(numbers));  // the golden values are filled by the median of all rows
    const auto features = builder.apply(numbers, split.train);
    std::vector<std::int32_t> train_labels;
    for (const auto row : split.train) train_labels.push_back(labels[static_cast<std::size_t>(row)]);
    const auto result = smote(features, train_labels, options);
    EXPECT_EQ(std::ranges::count(result.labels, 0), smote_values["counts"]["0"]);
    EXPECT_EQ(std::ranges::count(result.labels, 1), smote_values["counts"]["1"]);
    const auto columns = static_cast<std::size_t>(features.columns);
    const double* made = result.features.values.data() + features.values.size();
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t c = 0; c < columns; ++c)
            EXPECT_DOUBLE_EQ(made[i * columns + c], smote_values["first_3_new_rows"][i][c]);
    }
}

TEST(Smote, ByHand) {
    // The two rows of the smaller class are each other's neighbour: all that is made lies between them.
    FeatureMatrix features{.rows = 6, .columns = 1, .values = {0, 1, 2, 3, 10, 20}, .names = {"x"}, .sources = {"x"}};
    const auto result = smote(features, std::vector<std::int32_t>{0, 0, 0, 0, 1, 1}, {});
    EXPECT_EQ(result.made_up, 2);
    EXPECT_THAT(result.labels, ElementsAre(0, 0, 0, 0, 1, 1, 1, 1));
    for (std::size_t i = 6; i < 8; ++i) EXPECT_TRUE(result.features.values[i] >= 10 && result.features.values[i] <= 20);
    EXPECT_THROW((void)smote(features, std::vector<std::int32_t>{0, 0, 0, 0, 0, 1}, {}), DataError);
}

TEST(Smote, CategoriesStayLevels) {
    FeatureMatrix features{.rows = 5,
                           .columns = 3,
                           .values = {1, 1, 0, 2, 1, 0, 3, 0, 1, 4, 0, 1, 5, 0, 1},
                           .names = {"x", "plan_a", "plan_b"},
                           .sources = {"x", "plan", "plan"}};
    const auto result = smotenc(features, std::vector<std::int32_t>{1, 1, 0, 0, 0}, {false, true, true}, {});
    ASSERT_EQ(result.made_up, 1);
    EXPECT_EQ(result.features.values[16], 1);  // both neighbours have plan a
    EXPECT_EQ(result.features.values[17], 0);
}

}  // namespace
}  // namespace cellwise::tables
