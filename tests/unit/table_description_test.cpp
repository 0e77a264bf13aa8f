#include "data/tables/description.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/tables/columns.h"
#include "data/tables/table_file.h"
#include "statistics/association.h"

namespace cellwise::tables {
namespace {

struct Golden {
    const char* table;
    const char* values;
    std::vector<std::string> missing_values;
};

void expect_near(double value, double truth, const std::string& what) {
    EXPECT_NEAR(value, truth, 1e-9 * std::max(1e-300, std::abs(truth))) << what;
}

void compare_numbers(const NumberFigures& figures, const nlohmann::json& truth, const std::string& name) {
    const std::pair<const char*, double> values[] = {
        {"mean", figures.mean}, {"std", figures.std.value()},   {"min", figures.min},
        {"25%", figures.q25},   {"50%", figures.median},        {"75%", figures.q75},
        {"max", figures.max},   {"skew", figures.skew.value()}, {"kurtosis", figures.kurtosis.value()}};
    for (const auto& [key, value] : values) expect_near(value, truth.at(key), name + " " + key);
    EXPECT_EQ(figures.iqr_outliers, truth.at("iqr_outliers")) << name;
    EXPECT_EQ(figures.z_outliers, truth.at("z3_outliers")) << name;
    if (!truth.contains("histogram30")) return;
    EXPECT_EQ(figures.histogram->counts, truth.at("histogram30").get<std::vector<std::size_t>>()) << name;
    expect_near(figures.density->bandwidth, truth.at("kde_bandwidth"), name + " bandwidth");
    const auto density = truth.at("kde_at_5_points_min_to_max").get<std::vector<double>>();
    const double largest = *std::ranges::max_element(density);
    for (std::size_t i = 0; i < density.size(); ++i) {
        EXPECT_NEAR(figures.density->y[25 * i], density[i], 1e-6 * largest) << name;
    }
}

class GoldenTable : public testing::TestWithParam<Golden> {};

TEST_P(GoldenTable, IsDescribedAsPandasDoes) {
    const auto folder = std::filesystem::path(CELLWISE_TEST_DATA);
    const auto path = folder / GetParam().table;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
    std::ifstream file(folder / GetParam().values);
    const auto golden = nlohmann::json::parse(file);
    ReadOptions options;
    options.missing_values = GetParam().missing_values;
    const Table table = read_table(path, options);
    const auto description = describe(table);
    EXPECT_EQ(description.rows, golden.at("rows"));
    for (const auto& [name, truth] : golden.at("describe").items()) {
        const auto& column = description.columns.at(find_column(table, name).value());
        EXPECT_EQ(column.count, truth.at("count")) << name;
        EXPECT_EQ(column.unique, truth.at("unique")) << name;
        EXPECT_EQ(column.missing, golden.at("missing").value(name, 0)) << name;
        if (truth.contains("mean")) {
            ASSERT_TRUE(column.numbers.has_value()) << name;
            compare_numbers(*column.numbers, truth, name);
        } else {
            ASSERT_FALSE(column.levels.empty()) << name;
            EXPECT_EQ(column.levels[0].level, truth.at("top")) << name;
            EXPECT_EQ(column.levels[0].count, truth.at("freq")) << name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Tables, GoldenTable,
                         testing::Values(Golden{"telco_churn.csv", "customers/telco_golden.json", {}},
                                         Golden{"customers/Hdma.csv", "customers/hdma_golden.json", {"NA"}},
                                         Golden{"customers/Computers.csv", "customers/computers_golden.json", {}}),
                         [](const auto& golden) { return std::filesystem::path(golden.param.table).stem().string(); });

TEST(Description, OfFewValues) {
    const auto description = describe(parse_table("a,b,c\n5,,2024-03-01\n", TableForm::delimited, "t"));
    EXPECT_EQ(description.columns[0].numbers->mean, 5);
    EXPECT_EQ(description.columns[0].numbers->std, std::nullopt);
    EXPECT_EQ(description.columns[0].numbers->skew, std::nullopt);
    EXPECT_EQ(description.columns[1].missing, 1);
    EXPECT_EQ(description.columns[1].numbers, std::nullopt);
    EXPECT_EQ(description.columns[2].numbers->min, 19783);
}

TEST(Description, CorrelationsLeaveOutRowsWithoutBoth) {
    const auto table = parse_table("a,b,c\n1,2,1\n2,4,\n3,6.5,0\n4,,1\n5,9,0\n", TableForm::delimited, "t");
    const auto r = correlations(table);
    ASSERT_EQ(r.columns.size(), 3U);
    EXPECT_EQ(r.matrix[0][0], 1);
    // Of the pairs (1, 2), (2, 4), (3, 6.5), (5, 9), by the sums of their products.
    EXPECT_NEAR(r.matrix[0][1], 0.9878004647409995, 1e-9);
    EXPECT_EQ(r.matrix[0][1], r.matrix[1][0]);
}

TEST(Association, AreaAndFisherByHand) {
    using statistics::LabelledValue;
    const std::vector<LabelledValue> sorted{{1, false}, {2, false}, {2, true}, {3, true}};
    EXPECT_DOUBLE_EQ(statistics::area_of_sorted(sorted)->value, 0.875);  // 3.5 of 4 pairs
    EXPECT_EQ(statistics::area_of_sorted(std::vector<LabelledValue>{{1, true}}), std::nullopt);
    // Fisher's lady tasting tea: 3 of 4 right, two-sided 34/70.
    EXPECT_NEAR(statistics::fisher_exact_p(3, 1, 1, 3), 34.0 / 70, 1e-12);
}

TEST(Description, TellsTheBytesThatTheColumnsTake) {
    Table table{"t", 4, {}, {}};
    table.columns = {numeric_column("small", {1, 2, std::nan(""), 127}), numeric_column("medium", {1, 2, 3, 128}),
                     numeric_column("wide", {1, 2, 3, 0.5}), level_column("level", {"a", "b", "a", "b"})};
    const auto description = describe(table, 1);
    EXPECT_EQ(description.columns[0].bytes, 4);
    EXPECT_EQ(description.columns[1].bytes, 8);
    EXPECT_EQ(description.columns[2].bytes, 32);
    EXPECT_EQ(description.columns[3].bytes, 4 + 2 * static_cast<std::int64_t>(sizeof(std::string)));
}

}  // namespace
}  // namespace cellwise::tables
