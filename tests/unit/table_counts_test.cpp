// Figures from counted values beside the same figures from all values, one by one.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "data/tables/columns.h"
#include "data/tables/description.h"
#include "data/tables/number_counts.h"
#include "data/tables/target.h"
#include "data/tables/write_table.h"
#include "scratch_folder.h"
#include "statistics/association.h"
#include "statistics/line_fit.h"
#include "statistics/moments.h"

namespace cellwise::tables {
namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// Numbers of one of the widths that columns are kept in, few or many distinct ones, some missing.
std::vector<double> any_numbers(std::size_t rows) {
    const int shape = *rc::gen::inRange(0, 6);
    const int distinct = *rc::gen::inRange(1, 40);
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    std::vector<double> numbers;
    std::uint64_t state = seed;
    for (std::size_t i = 0; i < rows; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const auto chance = static_cast<double>(state >> 40U);  // below 2^24
        const double few = std::fmod(chance, distinct);
        const double values[] = {few,          few * 300 - 5000, few * 1e6 - 7,
                                 few / 10 - 1, chance / 7e3,     std::exp(chance / 1.2e6)};
        numbers.push_back(state % 11 == 0 ? gap : values[shape]);
    }
    return numbers;
}

std::vector<double> known_of(const std::vector<double>& numbers) {
    std::vector<double> known;
    std::ranges::copy_if(numbers, std::back_inserter(known), [](double x) { return !std::isnan(x); });
    std::ranges::sort(known);
    return known;
}

void require_near(double value, double truth, double scale) {
    if (!(std::abs(value - truth) <= 1e-9 * scale)) RC_FAIL(fmt::format("{} is not {}", value, truth));
}

RC_GTEST_PROP(CountedValues, GiveTheQuantilesOfAllValues, ()) {
    const auto numbers = any_numbers(*rc::gen::inRange<std::size_t>(1, 400));
    const auto sorted = known_of(numbers);
    RC_PRE(!sorted.empty());
    const auto sample = sample_of(numeric_column("x", numbers));
    RC_ASSERT(sample.total == sorted.size());
    for (const double q : {0.0, 0.01, 0.25, 1.0 / 3, 0.5, 0.75, 0.999, 1.0}) {
        RC_ASSERT(statistics::quantile(sample, q) == statistics::quantile(sorted, q));
    }
    const double low = sorted[sorted.size() / 5], high = sorted[sorted.size() * 4 / 5];
    const auto outside = std::ranges::count_if(sorted, [&](double x) { return x < low || x > high; });
    RC_ASSERT(statistics::count_outside(sample, low, high) == static_cast<std::size_t>(outside));
    const auto all = std::ranges::count_if(sorted, [&](double x) { return x < high || x > low; });
    RC_ASSERT(statistics::count_outside(sample, high, low) == static_cast<std::size_t>(all));
}

RC_GTEST_PROP(CountedValues, HaveTheDensityOfTheFormula, ()) {
    const auto sorted = known_of(any_numbers(*rc::gen::inRange<std::size_t>(3, 300)));
    const auto sample = statistics::counted(sorted);
    const auto density = sample.total > 1 ? statistics::density(sample, 23) : std::nullopt;
    RC_PRE(density.has_value());
    const double h = density->bandwidth, n = static_cast<double>(sorted.size());
    const double peak = 1 / (h * std::sqrt(2 * std::numbers::pi));
    for (std::size_t i = 0; i < density->x.size(); ++i) {
        double sum = 0;
        for (const double value : sorted) sum += std::exp(-0.5 * std::pow((density->x[i] - value) / h, 2));
        require_near(density->y[i], peak * sum / n, peak);
    }
}

// Skewness and kurtosis have no unit, and the deviation has the values' own.
TEST(CountedValues, MomentsOfVeryLargeAndVerySmallNumbers) {
    const std::vector<double> plain{-24, 1, 16, 32, 48};
    const auto expected = statistics::moments(statistics::counted(plain));
    for (const int exponent : {990, 300, -300, -1010}) {
        auto numbers = plain;
        for (auto& number : numbers) number = std::ldexp(number, exponent);
        const auto moments = statistics::moments(statistics::counted(numbers));
        EXPECT_DOUBLE_EQ(*moments.skewness, *expected.skewness) << exponent;
        EXPECT_DOUBLE_EQ(*moments.kurtosis, *expected.kurtosis) << exponent;
        EXPECT_DOUBLE_EQ(std::ldexp(*moments.standard_deviation, -exponent), *expected.standard_deviation) << exponent;
    }
}

TEST(CountedValues, OfARangeThatPassesWhatADoubleHolds) {
    const auto sample = statistics::counted({-1.5e308, 0, 1.5e308});
    EXPECT_NO_THROW((void)statistics::density(sample, 11));
}

RC_GTEST_PROP(AreaOf, IsTheShareOfPairsInOrder, ()) {
    const auto numbers = any_numbers(*rc::gen::inRange<std::size_t>(2, 200));
    std::vector<std::int8_t> labels;
    for (std::size_t i = 0; i < numbers.size(); ++i) labels.push_back(*rc::gen::element<std::int8_t>(-1, 0, 1, 1));
    double pairs = 0, in_order = 0;
    bool varies = false;
    std::optional<double> first;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (labels[i] < 0 || std::isnan(numbers[i])) continue;
        varies = varies || (first && *first != numbers[i]);
        if (!first) first = numbers[i];
        for (std::size_t k = 0; k < numbers.size(); ++k) {
            if (labels[i] != 1 || labels[k] != 0 || std::isnan(numbers[k])) continue;
            ++pairs;
            in_order += numbers[i] > numbers[k] ? 1 : numbers[i] == numbers[k] ? 0.5 : 0;
        }
    }
    const auto area = area_of(numeric_column("x", numbers), labels);
    RC_ASSERT(area.has_value() == (varies && pairs > 0));
    if (area) require_near(area->value, in_order / pairs, 1);
}

TEST(AreaOf, IsTheSameOfManyDistinctNumbersAndOfTheirRanks) {
    // Too many distinct numbers to be counted, and the same order as whole numbers, which are.
    constexpr std::size_t rows = 30000;
    std::vector<double> ranks, numbers;
    std::vector<std::int8_t> labels;
    for (std::size_t i = 0; i < rows; ++i) {
        const auto rank = static_cast<double>(i * 7919 % 20011);
        ranks.push_back(rank);
        numbers.push_back(rank * 0.37 + 0.01);
        labels.push_back(static_cast<std::int8_t>(i % 97 == 0                                           ? -1
                                                  : static_cast<double>(i * 31 % 100) < 30 + rank / 500 ? 1
                                                                                                        : 0));
    }
    const auto one = area_of(numeric_column("x", numbers), labels), other = area_of(numeric_column("x", ranks), labels);
    ASSERT_TRUE(one && other && one->interval && other->interval);
    EXPECT_EQ(one->value, other->value);
    EXPECT_EQ(one->interval->low, other->interval->low);
    EXPECT_EQ(one->count, other->count);
}

TEST(AreaOf, ScoresOfOneValueTellNothing) {
    EXPECT_EQ(area_of(std::vector<ScoreCount>{{2, {3, 1}}, {2, {0, 5}}}), std::nullopt);
    EXPECT_EQ(area_of(std::vector<ScoreCount>{}), std::nullopt);
    EXPECT_DOUBLE_EQ(area_of(std::vector<ScoreCount>{{3, {0, 1}}, {1, {1, 0}}, {2, {1, 0}}, {2, {0, 1}}})->value,
                     0.875);
}

RC_GTEST_PROP(Correlations, AreThoseOfEachPairAlone, ()) {
    Table table{"t", *rc::gen::inRange<std::int64_t>(1, 900), {}, {}};
    const auto rows = static_cast<std::size_t>(table.rows);
    for (int i = 0; i < 4; ++i) table.columns.push_back(numeric_column(fmt::format("c{}", i), any_numbers(rows)));
    table.columns.push_back(numeric_column("constant", std::vector<double>(rows, 0.1)));
    const auto result = correlations(table, 2);
    RC_ASSERT(result.columns.size() == table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            const auto truth = statistics::pearson(numbers_of(table.columns[i]), numbers_of(table.columns[k]));
            const double r = result.matrix[i][k];
            RC_ASSERT(std::isnan(r) || r == result.matrix[k][i]);
            const bool is_constant = i + 1 == table.columns.size();
            if (is_constant) RC_ASSERT(std::isnan(r));
            if (!is_constant && truth) require_near(r, truth->value, 1);
        }
    }
}

TEST(Correlations, DoNotDependOnTheNumberOfThreads) {
    Table table{"t", 200000, {}, {}};
    std::vector<double> small, fractions, with_gaps;
    for (int i = 0; i < table.rows; ++i) {
        small.push_back(i * 37 % 101);
        fractions.push_back(std::sin(i) + i * 37 % 101 * 0.01);
        with_gaps.push_back(i % 13 == 0 ? gap : static_cast<double>(i * 7919LL % 60013));
    }
    table.columns = {numeric_column("small", small), numeric_column("fractions", fractions),
                     numeric_column("with gaps", with_gaps)};
    table.columns.emplace_back().name = "large";
    for (std::int64_t i = 0; i < table.rows; ++i) {
        table.columns.back().integers.push_back((std::int64_t{1} << 60U) + i * i);
    }
    const auto result = correlations(table, 2);
    EXPECT_EQ(result.matrix, correlations(table, 1).matrix);
    EXPECT_EQ(result.matrix, correlations(table, 5).matrix);
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            const auto truth = statistics::pearson(numbers_of(table.columns[i]), numbers_of(table.columns[k]));
            EXPECT_NEAR(result.matrix[i][k], truth->value, 1e-12) << i << " " << k;
        }
    }
}

RC_GTEST_PROP(WriteTable, WritesNumbersAsTheirShortestText, ()) {
    std::vector<double> numbers = any_numbers(*rc::gen::inRange<std::size_t>(1, 50));
    for (const double special : {0.0, -0.0, 1e15, -1e15, 1e16, 1e22, 123456789012345678.0, 0.1, 1e-7, -2.5e-300}) {
        numbers.push_back(special);
    }
    Table table{"t", static_cast<std::int64_t>(numbers.size()), {numeric_column("x", numbers)}, {}};
    const test::ScratchFolder folder;
    const auto path = folder / "t.csv";
    write_table(table, path);
    std::string truth = "x\n";
    for (const double x : numbers) truth += std::isnan(x) ? "\"\"\n" : fmt::format("{}\n", x);
    RC_ASSERT(test::content_of(path) == truth);
}

}  // namespace
}  // namespace cellwise::tables
