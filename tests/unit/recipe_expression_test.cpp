#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"
#include "data/tables/derived_columns.h"
#include "data/tables/expression.h"
#include "recipe_tables.h"

namespace cellwise::tables {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Table customers() {
    auto date = numeric_column("joined", {0, 19783.5, missing});  // 1970-01-01, 2024-03-01 12:00
    date.kind = Kind::date;
    return table_of({numeric_column("spend", {10, 20, missing}), numeric_column("visits", {1, 0, 2}),
                     level_column("plan", {"gold", "basic", std::nullopt}), date,
                     numeric_column("Monthly Charges", {1, 2, 3}), numeric_column("방문", {4, 5, 6})});
}

double first(const std::string& text) { return Expression(text).evaluate(customers()).values[0]; }

TEST(Expression, ArithmeticByHand) {
    EXPECT_EQ(first("1 + 2 * 3"), 7);
    EXPECT_EQ(first("(1 + 2) * 3"), 9);
    EXPECT_EQ(first("8 / 4 / 2"), 1);
    EXPECT_EQ(first("8 - 4 - 2"), 2);
    EXPECT_EQ(first("-spend + 1"), -9);
    EXPECT_EQ(first("--2"), 2);
    EXPECT_EQ(first("2 × 3 − 8 ÷ 4"), 4);
    EXPECT_EQ(first("1.5e2"), 150);
    EXPECT_EQ(first("spend / (visits + 1)"), 5);
    EXPECT_EQ(first("`Monthly Charges` * 방문"), 4);
    EXPECT_EQ(first("max(1, spend, 3) + min(2, 1)"), 11);
    EXPECT_EQ(first("sqrt(16) + abs(-2) + log(exp(1))"), 7);
}

TEST(Expression, ComparisonsAndDates) {
    EXPECT_EQ(first("spend >= 10"), 1);
    EXPECT_EQ(first("spend != 10"), 0);
    EXPECT_EQ(first("plan == 'gold'"), 1);
    EXPECT_EQ(first("(plan == \"basic\") + 1"), 1);
    EXPECT_EQ(first("year(joined)"), 1970);
    EXPECT_EQ(first("weekday(joined)"), 3);  // a Thursday
    EXPECT_EQ(first("joined < '2024-01-01'"), 1);
    const auto table = customers();
    EXPECT_EQ(Expression("month(joined) * 100 + day(joined)").evaluate(table).values[1], 301);
    EXPECT_EQ(Expression("weekday(joined)").evaluate(table).values[1], 4);
    EXPECT_EQ(Expression("joined + 1").evaluate(table).type, ValueType::date);
    EXPECT_EQ(Expression("joined - joined").evaluate(table).type, ValueType::number);
}

TEST(Expression, WhatIsMissingAndWhatIsUndefined) {
    const auto divided = Expression("spend / visits").evaluate(customers());
    EXPECT_EQ(divided.values[0], 10);
    EXPECT_TRUE(std::isnan(divided.values[1]));
    EXPECT_TRUE(std::isnan(divided.values[2]));
    EXPECT_EQ(divided.undefined, 1);
    EXPECT_EQ(Expression("log(visits)").evaluate(customers()).undefined, 1);
    EXPECT_EQ(Expression("exp(1000)").evaluate(customers()).undefined, 3);
    EXPECT_TRUE(std::isnan(Expression("plan == 'gold'").evaluate(customers()).values[2]));
}

std::string message(const std::string& text) {
    try {
        (void)Expression(text).evaluate(customers());
    } catch (const UsageError& error) {
        return error.what();
    }
    return "none";
}

TEST(Expression, ErrorsTellThePlace) {
    EXPECT_THAT(message("spend + "), HasSubstr("character 9"));
    EXPECT_THAT(message("(spend"), HasSubstr("character 7"));
    EXPECT_THAT(message("spend visits"), HasSubstr("character 7"));
    EXPECT_THAT(message("1 < 2 < 3"), HasSubstr("character 7"));
    EXPECT_THAT(message("2 * spent"), HasSubstr("character 5"));
    EXPECT_THAT(message("2 * spent"), HasSubstr("Did you mean 'spend'?"));
    EXPECT_THAT(message("plan + 1"), HasSubstr("number is expected"));
    EXPECT_THAT(message("plan > 1"), HasSubstr("text is compared with a number"));
    EXPECT_THAT(message("joined > 1"), HasSubstr("date is compared with a number"));
    EXPECT_THAT(message("joined > 'May'"), HasSubstr("2024-01-31"));
    EXPECT_THAT(message("system('ls')"), HasSubstr("is no function"));
    EXPECT_THAT(message("log(1, 2)"), HasSubstr("one argument"));
    EXPECT_THAT(message("year(spend)"), HasSubstr("date is expected"));
    EXPECT_THAT(message("'gold"), HasSubstr("no end"));
    EXPECT_THAT(message(""), HasSubstr("expected"));
    EXPECT_THAT(message("1e999"), HasSubstr("not a number"));
    EXPECT_THAT(message(std::string(1000, '(')), HasSubstr("deep"));
    EXPECT_THAT(message(std::string(1000, '-') + "1"), HasSubstr("deep"));
    EXPECT_THAT(message(std::string(20000, '1')), HasSubstr("10,000"));
}

TEST(Feature, IsACountedColumn) {
    auto table = customers();
    std::vector<std::int64_t> rows{0, 1, 2};
    std::vector<StepRecord> records;
    DerivedFeature feature("per_visit = spend / visits");
    feature.fit(table, {});
    feature.apply(table, rows, Use::training, records);
    EXPECT_EQ(records[0].cells, 1);
    EXPECT_THAT(records[0].did, HasSubstr("2 missing, 1 of them undefined"));
    EXPECT_THROW(DerivedFeature("spend = visits").fit(table, {}), UsageError);
    EXPECT_THROW(DerivedFeature("a = visits").fit(table, {"visits"}), UsageError);
    EXPECT_THROW(DerivedFeature("a = plan").fit(table, {}), UsageError);
    EXPECT_THROW(DerivedFeature("visits"), UsageError);
    EXPECT_THROW(DerivedFeature("a == 1"), UsageError);
}

TEST(Grade, ByHand) {
    auto table = table_of({numeric_column("n", {4, 5, 6, 20, 21, missing})});
    std::vector<std::int64_t> rows;
    std::vector<StepRecord> records;
    Grade grade("grade = cut(n, 5, 20; bronze, silver, gold)");
    grade.fit(table, {});
    grade.apply(table, rows, Use::training, records);
    const auto* column = column_of(table, "grade");
    EXPECT_THAT(column->levels, ElementsAre("bronze", "gold", "silver"));
    EXPECT_THAT(column->codes, ElementsAre(0, 0, 2, 2, 1, -1));  // a bound belongs to the grade below it
    for (const char* wrong :
         {"g = cut(n; a)", "g = cut(n, 5; a)", "g = cut(n, 5, 5; a, b, c)", "g = cut(n, x; a, b)",
          "g = cat(n, 5; a, b)", "g = cut(n, 5, a, b)", "g = cut(n, 5; a, )", "g = cut(", "g = cut(n, 5; a, b"}) {
        EXPECT_THROW(Grade{wrong}, UsageError) << wrong;
    }
    EXPECT_THROW(Grade("g = cut(m, 5; a, b)").fit(table, {}), UsageError);
}

}  // namespace
}  // namespace cellwise::tables
