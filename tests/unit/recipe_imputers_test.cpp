#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "data/tables/imputers.h"
#include "recipe_golden.h"
#include "recipe_tables.h"

namespace cellwise::tables {
namespace {

/// The golden values' table: the first 200 rows that are complete in the columns, with cells taken away.
struct Masked {
    NumberColumns columns;
    std::vector<std::pair<std::size_t, std::size_t>> cells;  ///< row, column
};

Masked masked_table(const std::string& name, const nlohmann::json& expected) {
    const auto table = golden_table(name);
    Masked masked;
    std::vector<std::vector<double>> all;
    for (const auto& column : expected["columns"])
        all.push_back(column_of(table, column.get<std::string>())->numbers.values());
    masked.columns.resize(all.size());
    for (std::size_t row = 0; masked.columns[0].size() < 200; ++row) {
        if (std::any_of(all.begin(), all.end(), [&](const auto& column) { return std::isnan(column[row]); })) continue;
        for (std::size_t c = 0; c < all.size(); ++c) masked.columns[c].push_back(all[c][row]);
    }
    for (const auto& cell : expected["masked_cells"]) {
        masked.cells.emplace_back(cell[0], cell[1]);
        masked.columns[masked.cells.back().second][masked.cells.back().first] = missing;
    }
    return masked;
}

class GoldenImputation : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (!has_customers_data()) GTEST_SKIP() << no_customers_data();
        expected = golden(GetParam())["imputation"];
        masked = masked_table(GetParam(), expected);
    }
    nlohmann::json expected;
    Masked masked;
};
INSTANTIATE_TEST_SUITE_P(Tables, GoldenImputation, testing::Values("telco", "hdma", "computers"),
                         [](const auto& table) { return std::string(table.param); });

TEST_P(GoldenImputation, RegressionHasScikitLearnsValues) {
    RegressionImputer imputer;
    imputer.fit(masked.columns);
    const auto filled = imputer.apply(masked.columns);
    for (std::size_t i = 0; i < masked.cells.size(); ++i) {
        const auto [row, column] = masked.cells[i];
        const double value = expected["iterative_bayesian_ridge_10"][i];
        EXPECT_NEAR(filled[column][row], value, 1e-6 * std::max(1.0, std::abs(value))) << row << ", " << column;
    }
}

/// Whether a value is the mean of five donors of which none is farther than one left out: where several are as far as
/// the fifth, scikit-learn's choice among them depends on the processor (numpy.argpartition), so each is right.
bool is_mean_of_nearest(const NumberColumns& columns, std::size_t row, std::size_t column, double value) {
    std::vector<std::pair<double, double>> donors;  // distance, number
    for (std::size_t i = 0; i < columns[0].size(); ++i) {
        if (std::isnan(columns[column][i])) continue;
        double sum = 0;
        double common = 0;
        for (const auto& numbers : columns) {
            if (std::isnan(numbers[i]) || std::isnan(numbers[row])) continue;
            sum += (numbers[i] - numbers[row]) * (numbers[i] - numbers[row]);
            ++common;
        }
        if (common > 0) donors.emplace_back(std::sqrt(sum / common), columns[column][i]);
    }
    std::sort(donors.begin(), donors.end());
    const double fifth = donors[4].first;
    const double slack = 1e-9 * (1 + fifth);
    double sure = 0;
    std::size_t open = 5;
    std::vector<double> tied;
    for (const auto& [distance, number] : donors) {
        if (distance < fifth - slack) {
            sure += number;
            --open;
        } else if (distance <= fifth + slack) {
            tied.push_back(number);
        }
    }
    // Every choice of `open` of the tied ones, as sums.
    std::vector<std::vector<double>> sums(open + 1);
    sums[0] = {sure};
    for (const double number : tied) {
        for (std::size_t count = open; count-- > 0;) {
            for (const double sum : sums[count]) sums[count + 1].push_back(sum + number);
        }
        for (auto& list : sums) {
            std::sort(list.begin(), list.end());
            list.erase(std::unique(list.begin(), list.end(), [](double a, double b) { return std::abs(a - b) < 1e-9; }),
                       list.end());
        }
    }
    return std::any_of(sums[open].begin(), sums[open].end(),
                       [&](double sum) { return std::abs(sum / 5 - value) <= 1e-6; });
}

TEST_P(GoldenImputation, NearestNeighboursHaveScikitLearnsValues) {
    NearestNeighbourImputer imputer;
    imputer.fit(masked.columns);
    const auto filled = imputer.apply(masked.columns);
    std::size_t equal = 0;
    for (std::size_t i = 0; i < masked.cells.size(); ++i) {
        const auto [row, column] = masked.cells[i];
        const double value = expected["knn_5"][i];
        EXPECT_TRUE(is_mean_of_nearest(masked.columns, row, column, value)) << row << ", " << column;
        EXPECT_TRUE(is_mean_of_nearest(masked.columns, row, column, filled[column][row])) << row << ", " << column;
        equal += std::abs(filled[column][row] - value) <= 1e-6 ? 1 : 0;
    }
    RecordProperty("equal", static_cast<int>(equal));
    EXPECT_GE(equal * 10, masked.cells.size() * 7) << "more differ than ties can explain";
}

TEST(NearestNeighbours, ByHand) {
    // Distances of row 0 to rows 1 … 6: 1, 2, 3, 4, 5, 100 times √2 (one of two columns is common).
    const NumberColumns columns{{0, 1, 2, 3, 4, 5, 100}, {missing, 10, 20, 30, 40, 50, 1000}};
    NearestNeighbourImputer imputer;
    imputer.fit(columns);
    EXPECT_DOUBLE_EQ(imputer.apply(columns)[1][0], 30);
    // Nothing in common with anybody: the mean. A column without a number stays missing.
    const NumberColumns lonely{{missing}, {missing}};
    EXPECT_DOUBLE_EQ(imputer.apply(lonely)[1][0], 1150.0 / 6);
    NearestNeighbourImputer empty;
    empty.fit({{1, 2}, {missing, missing}});
    EXPECT_TRUE(std::isnan(empty.apply({{1}, {missing}})[1][0]));
}

TEST(NearestNeighbours, FewerThanFiveDonors) {
    NearestNeighbourImputer imputer;
    imputer.fit({{0, 1, 2}, {4, 8, missing}});
    EXPECT_DOUBLE_EQ(imputer.apply({{0}, {missing}})[1][0], 6);
}

TEST(BayesianRidge, FindsALine) {
    std::vector<double> x;
    std::vector<double> y;
    for (int i = 0; i < 50; ++i) {
        x.push_back(i);
        y.push_back(3 * i + 7);
    }
    const auto model = bayesian_ridge({x}, y);
    EXPECT_NEAR(model.coefficients[0], 3, 1e-6);
    EXPECT_NEAR(model.intercept, 7, 1e-4);
}

TEST(RegressionImputer, KeptAndLoadedItFillsTheSame) {
    const NumberColumns columns{
        {1, 2, 3, 4, missing, 6}, {2, 4.5, 6, missing, 10, 12}, {missing, missing, missing, missing, missing, missing}};
    RegressionImputer imputer;
    imputer.fit(columns);
    RegressionImputer loaded;
    loaded.set_json(nlohmann::ordered_json::parse(imputer.json().dump()));
    const auto filled = imputer.apply(columns);
    EXPECT_EQ(filled[0], loaded.apply(columns)[0]);
    EXPECT_EQ(filled[1], loaded.apply(columns)[1]);
    EXPECT_NEAR(filled[1][3], 8, 0.3);
    EXPECT_TRUE(std::isnan(filled[2][0]));
}

}  // namespace
}  // namespace cellwise::tables
