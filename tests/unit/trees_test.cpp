#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "core/parallel_for.h"
#include "core/random.h"
#include "core/safetensors.h"
#include "trees/boosting.h"
#include "trees/decision_tree.h"
#include "trees/forest.h"
#include "trees/shared_library.h"
#include "unit/error_of.h"

namespace cellwise::trees {
namespace {

using test::error_of;

/// Rows whose target depends on three of four features, with noise.
struct Sample {
    std::vector<double> features, targets;
    std::vector<std::string> names{"age", "visits per week", "spend [won]", "noise"};
    std::size_t rows = 0;
    static constexpr std::size_t columns = 4;

    [[nodiscard]] TrainingData data(Objective objective, std::size_t classes = 2) const {
        return {{features, rows, columns}, targets, {}, objective, classes, names};
    }
    [[nodiscard]] MatrixView view() const { return {features, rows, columns}; }
};

Sample sample_of(Objective objective, std::size_t rows = 300, std::size_t classes = 3) {
    Random random(3, "trees test");
    Sample sample;
    sample.rows = rows;
    for (std::size_t row = 0; row < rows; ++row) {
        double x[Sample::columns];
        for (auto& value : x) value = std::round(random.uniform(0, 20));
        const double score = x[0] + (x[1] > 9 ? 8 : 0) - 0.3 * x[2] + random.normal();
        sample.features.insert(sample.features.end(), std::begin(x), std::end(x));
        sample.targets.push_back(objective == Objective::regression ? score
                                 : objective == Objective::binary
                                     ? (score > 9 ? 1 : 0)
                                     : std::clamp(std::floor(score / 7), 0.0, static_cast<double>(classes) - 1));
    }
    return sample;
}

/// What a tree tells where only the features of `known` are known: elsewhere both ways, by the rows that went there.
double expected(const DecisionTree& tree, std::span<const double> row, unsigned known, std::size_t node = 0) {
    if (tree.is_leaf(node)) return tree.value(node)[0];
    if ((known >> static_cast<unsigned>(tree.feature[node]) & 1U) != 0) {
        return expected(tree, row, known, tree.child(node, row));
    }
    const auto left = node + 1, right = static_cast<std::size_t>(tree.right[node]);
    return (tree.cover[left] * expected(tree, row, known, left) +
            tree.cover[right] * expected(tree, row, known, right)) /
           tree.cover[node];
}

/// Shapley's own formula over all subsets of four features.
double shapley(const DecisionTree& tree, std::span<const double> row, unsigned feature) {
    constexpr double weight_of_size[] = {1.0 / 4, 1.0 / 12, 1.0 / 12, 1.0 / 4};
    double sum = 0;
    for (unsigned known = 0; known < 16; ++known) {
        if ((known >> feature & 1U) != 0) continue;
        const auto with = known | (1U << feature);
        sum += weight_of_size[std::popcount(known)] * (expected(tree, row, with) - expected(tree, row, known));
    }
    return sum;
}

/// age ≤ 3: 10 below; else age ≤ 5 and visits ≤ 2 again: a feature twice on one path.
DecisionTree tree_by_hand() {
    DecisionTree tree;
    tree.feature = {0, 1, -1, -1, 1, 0, -1, -1, -1};
    tree.threshold = {3, 1, 0, 0, 2, 5, 0, 0, 0};
    tree.right = {4, 3, 0, 0, 8, 7, 0, 0, 0};
    tree.cover = {10, 4, 3, 1, 6, 4, 1, 3, 2};
    tree.values = {0, 0, 10, 4, 0, 0, -3, 8, 1};
    tree.values[0] = (3 * 10 + 4 - 3 + 24 + 2) / 10.0;
    return tree;
}

TEST(TreeShap, IsShapleysFormulaOnATreeByHand) {
    const auto tree = tree_by_hand();
    for (const auto& row : std::vector<std::vector<double>>{{1, 0, 0, 0}, {4, 1, 0, 0}, {6, 1, 0, 0}, {9, 9, 0, 0}}) {
        std::vector<double> contributions(5);
        add_contributions(tree, row, 1, contributions);
        for (unsigned feature = 0; feature < 4; ++feature) {
            EXPECT_NEAR(contributions[feature], shapley(tree, row, feature), 1e-12) << feature;
        }
        EXPECT_NEAR(contributions[4], 5.7, 1e-12);
    }
}

TEST(Forest, SplitsWhereTheSquaredErrorFallsMost) {
    // One column, one tree, all rows: {1, 2} → 0 and {3, 4} → 1 part between 2 and 3.
    const std::vector<double> features{1, 2, 3, 4}, targets{0, 0, 1, 1};
    ForestOptions options;
    options.trees = 1;
    options.bootstrap = false;
    const auto model = train_forest({{features, 4, 1}, targets, {}, Objective::binary, 2, {}}, options, 0);
    const std::vector<double> asked{2.4, 2.5, 2.6};
    EXPECT_THAT(model->predict({asked, 3, 1}), testing::ElementsAre(0, 0, 1));
    EXPECT_THAT(model->importance(), testing::ElementsAre(1));
}

TEST(Forest, OfPureLeavesRepeatsItsRowsWithoutABootstrap) {
    const auto sample = sample_of(Objective::multiclass);
    ForestOptions options;
    options.trees = 3;
    options.bootstrap = false;
    const auto answers = train_forest(sample.data(Objective::multiclass, 3), options, 1)->predict(sample.view());
    for (std::size_t row = 0; row < sample.rows; ++row) {
        EXPECT_DOUBLE_EQ(answers[row * 3 + static_cast<std::size_t>(sample.targets[row])], 1);
    }
}

TEST(Forest, KeepsToItsLimits) {
    const auto sample = sample_of(Objective::regression);
    ForestOptions options;
    options.trees = 1;
    options.max_depth = 1;
    const auto answers = train_forest(sample.data(Objective::regression), options, 1)->predict(sample.view());
    EXPECT_LE(std::set<double>(answers.begin(), answers.end()).size(), 2U);
    options.max_depth = 0;
    options.min_samples_leaf = sample.rows;
    const auto constant = train_forest(sample.data(Objective::regression), options, 1)->predict(sample.view());
    EXPECT_EQ(std::set<double>(constant.begin(), constant.end()).size(), 1U);
}

TEST(Forest, WeighsRows) {
    // Same features, so a leaf holds both: its share of ones is the weights'.
    const std::vector<double> features{1, 1}, targets{0, 1}, weights{1, 3};
    ForestOptions options;
    options.trees = 1;
    options.bootstrap = false;
    const auto model = train_forest({{features, 2, 1}, targets, weights, Objective::binary, 2, {}}, options, 0);
    EXPECT_DOUBLE_EQ(model->predict({features, 2, 1})[0], 0.75);
}

TEST(Forest, IsTheSameForAnyNumberOfThreads) {
    const auto sample = sample_of(Objective::binary);
    const auto data = sample.data(Objective::binary);
    EXPECT_EQ(train_forest(data, {}, 5, 1)->bytes(), train_forest(data, {}, 5, 3)->bytes());
    EXPECT_NE(train_forest(data, {}, 5, 1)->bytes(), train_forest(data, {}, 6, 1)->bytes());
}

TEST(Forest, RefusesWhatIsMissingAndParametersThatAreNone) {
    const std::vector<double> features{1, std::nan("")}, targets{0, 1};
    EXPECT_THROW((void)train_forest({{features, 2, 1}, targets, {}, Objective::binary, 2, {}}, {}, 0), DataError);
    EXPECT_THROW((void)ForestOptions::from({{"depth", "3"}}), UsageError);
    EXPECT_THROW((void)ForestOptions::from({{"max_depth", "deep"}}), UsageError);
    EXPECT_THROW((void)ForestOptions::from({{"n_estimators", "0"}}), UsageError);
    EXPECT_THROW((void)ForestOptions::from({{"max_features", "1.5"}}), UsageError);
    EXPECT_EQ(ForestOptions::from({{"n_estimators", "7"}, {"max_features", "0.5"}}).trees, 7U);
}

TEST(Forest, RefusesABrokenFile) {
    const auto sample = sample_of(Objective::binary, 40);
    const auto bytes = train_forest(sample.data(Objective::binary), ForestOptions{2, 3, 1, 2, 0, true}, 0)->bytes();
    EXPECT_NO_THROW((void)load_forest(bytes, "a"));
    EXPECT_THROW((void)load_forest(bytes.substr(0, bytes.size() - 1), "a"), DataError);
    auto content = decode_safetensors(bytes, "a");
    for (auto& tensor : content.tensors) {
        if (tensor.name != "right") continue;
        auto right = tensor.values<std::int32_t>();
        right[0] = 0;  // a circle
        tensor = store_tensor<std::int32_t>("right", tensor.shape, right);
    }
    EXPECT_THROW((void)load_forest(encode_safetensors(content.tensors, content.metadata), "a"), DataError);
    content.metadata.erase("objective");
    EXPECT_THROW((void)load_forest(encode_safetensors(content.tensors, content.metadata), "a"), DataError);
}

// The three kinds of models side by side.

struct Kind {
    std::string name;
    const Availability* availability = nullptr;
    std::unique_ptr<TreeModel> (*train)(const TrainingData&, std::uint64_t seed) = nullptr;
    std::unique_ptr<TreeModel> (*load)(std::string_view, const std::string&) = nullptr;
};

std::vector<Kind> kinds() {
    return {{"forest", nullptr,
             [](const TrainingData& data, std::uint64_t seed) {
                 return train_forest(data, ForestOptions{10, 0, 1, 2, 0, true}, seed);
             },
             load_forest},
            {"xgboost", &xgboost_availability(),
             [](const TrainingData& data, std::uint64_t seed) {
                 return train_xgboost(data, {{"rounds", "20"}}, seed);
             },
             load_xgboost},
            {"lightgbm", &lightgbm_availability(),
             [](const TrainingData& data, std::uint64_t seed) {
                 return train_lightgbm(data, {{"rounds", "20"}}, seed);
             },
             load_lightgbm}};
}

class TreeModels : public testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        const auto* availability = GetParam().availability;
        if (availability != nullptr && !availability->is_there) GTEST_SKIP() << availability->reason;
    }
};
INSTANTIATE_TEST_SUITE_P(All, TreeModels, testing::ValuesIn(kinds()), [](const auto& kind) { return kind.param.name; });

TEST_P(TreeModels, LearnNumbers) {
    const auto sample = sample_of(Objective::regression);
    const auto answers = GetParam().train(sample.data(Objective::regression), 0)->predict(sample.view());
    double error = 0, spread = 0, mean = 0;
    for (const double target : sample.targets) mean += target / static_cast<double>(sample.rows);
    for (std::size_t row = 0; row < sample.rows; ++row) {
        error += std::pow(answers[row] - sample.targets[row], 2);
        spread += std::pow(sample.targets[row] - mean, 2);
    }
    EXPECT_LT(error, 0.1 * spread);
}

TEST_P(TreeModels, LearnClassesWhoseProbabilitiesAddUpToOne) {
    const auto sample = sample_of(Objective::multiclass);
    const auto model = GetParam().train(sample.data(Objective::multiclass, 3), 0);
    ASSERT_EQ(model->outputs(), 3U);
    const auto answers = model->predict(sample.view());
    int right = 0;
    for (std::size_t row = 0; row < sample.rows; ++row) {
        const auto begin = answers.begin() + static_cast<std::ptrdiff_t>(3 * row);
        EXPECT_NEAR(begin[0] + begin[1] + begin[2], 1, 1e-6);
        right += begin[static_cast<std::ptrdiff_t>(sample.targets[row])] > 0.5 ? 1 : 0;
    }
    EXPECT_GT(right, 250);
}

TEST_P(TreeModels, ContributionsAddUpToTheMargin) {
    for (const auto objective : {Objective::regression, Objective::binary, Objective::multiclass}) {
        const auto sample = sample_of(objective);
        const auto model = GetParam().train(sample.data(objective, 3), 0);
        const auto margins = model->margins(sample.view());
        const auto contributions = model->contributions(sample.view());
        for (std::size_t row = 0; row < sample.rows; ++row) {
            for (std::size_t output = 0; output < model->outputs(); ++output) {
                double sum = 0, size = 0;
                for (const double part : contributions.of(row, output)) sum += part, size += std::abs(part);
                EXPECT_NEAR(sum, margins[row * model->outputs() + output], 1e-6 * size);
            }
        }
    }
}

TEST_P(TreeModels, AreTheSameReadBack) {
    for (const auto objective : {Objective::regression, Objective::binary, Objective::multiclass}) {
        const auto sample = sample_of(objective);
        const auto model = GetParam().train(sample.data(objective, 3), 0);
        const auto read = GetParam().load(model->bytes(), "a model");
        EXPECT_EQ(read->objective(), objective);
        EXPECT_EQ(read->outputs(), model->outputs());
        EXPECT_EQ(read->columns(), Sample::columns);
        EXPECT_EQ(read->predict(sample.view()), model->predict(sample.view()));
        EXPECT_EQ(read->importance(), model->importance());
    }
}

TEST_P(TreeModels, GiveTheSameBitsSideBySide) {
    const auto sample = sample_of(Objective::binary);
    const auto alone = GetParam().train(sample.data(Objective::binary), 7)->bytes();
    std::vector<std::string> together(6);
    parallel_for(together.size(), 3,
                 [&](std::size_t i) { together[i] = GetParam().train(sample.data(Objective::binary), 7)->bytes(); });
    EXPECT_THAT(together, testing::Each(alone));
}

TEST_P(TreeModels, GiveTheUselessFeatureTheLeastImportance) {
    const auto sample = sample_of(Objective::regression);
    const auto importance = GetParam().train(sample.data(Objective::regression), 0)->importance();
    EXPECT_NEAR(importance[0] + importance[1] + importance[2] + importance[3], 1, 1e-6);
    EXPECT_EQ(std::min_element(importance.begin(), importance.end()) - importance.begin(), 3);
}

TEST_P(TreeModels, RefuseOtherFeaturesAndOtherFiles) {
    const auto sample = sample_of(Objective::binary);
    const auto model = GetParam().train(sample.data(Objective::binary), 0);
    EXPECT_THROW((void)model->predict({sample.features, sample.rows * 2, 2}), DataError);
    EXPECT_THROW((void)GetParam().load("no model", "a file"), DataError);
    EXPECT_THROW((void)GetParam().load("", "a file"), DataError);
}

TEST(Boosting, RefusesParametersThatAreNone) {
    const auto sample = sample_of(Objective::binary);
    const auto data = sample.data(Objective::binary);
    if (xgboost_availability().is_there) {
        EXPECT_THROW((void)train_xgboost(data, {{"max_dept", "4"}}, 0), UsageError);
        EXPECT_THROW((void)train_xgboost(data, {{"max_depth", "deep"}}, 0), UsageError);
        EXPECT_THROW((void)train_xgboost(data, {{"objective", "rank:ndcg"}}, 0), UsageError);
    }
    if (lightgbm_availability().is_there) {
        EXPECT_THROW((void)train_lightgbm(data, {{"leaves", "4"}}, 0), UsageError);
        EXPECT_THROW((void)train_lightgbm(data, {{"num_leaves", "many"}}, 0), UsageError);
        EXPECT_THROW((void)train_lightgbm(data, {{"num_leaves", "8 num_threads=2"}}, 0), UsageError);
    }
}

TEST(Boosting, SaysWhereAMissingLibraryIsLookedFor) {
    EXPECT_THAT(error_of<EnvironmentError>([] { (void)library_path("XGBoost", "CELLWISE_NONE", "x/libx.so", ""); }),
                testing::HasSubstr("set CELLWISE_NONE to its libx.so"));
    setenv("CELLWISE_NONE", "/nowhere/libx.so", 1);
    EXPECT_THAT(error_of<EnvironmentError>([] { (void)library_path("XGBoost", "CELLWISE_NONE", "x/libx.so", ""); }),
                testing::HasSubstr("'/nowhere/libx.so', which is no file"));
    unsetenv("CELLWISE_NONE");
    EXPECT_THROW(SharedLibrary("/proc/self/cmdline"), EnvironmentError);
}

}  // namespace
}  // namespace cellwise::trees
