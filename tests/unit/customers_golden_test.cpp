#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "data/tables/table_file.h"
#include "linear/linear_model.h"
#include "tasks/customers/comparison.h"
#include "tasks/customers/fold.h"
#include "trees/boosting.h"

// The three tables beside what scikit-learn 1.9.1, XGBoost 3.2.0 and LightGBM 4.7.0 made of them in Python.

namespace cellwise::customers {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Case {
    std::string name, table, golden, target;
    std::vector<std::string> missing_values;
};
const std::vector<Case> cases{{"Telco", "telco_churn.csv", "customers/telco_golden.json", "Churn", {}},
                              {"Hdma", "customers/Hdma.csv", "customers/hdma_golden.json", "deny", {"NA"}},
                              {"Computers", "customers/Computers.csv", "customers/computers_golden.json", "price", {}}};

// How a test's name shows its case.
void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class GoldenTable : public testing::TestWithParam<Case> {
protected:
    void SetUp() override {
        const fs::path data = CELLWISE_TEST_DATA;
        if (!fs::exists(data / GetParam().golden)) GTEST_SKIP() << "needs " << (data / GetParam().golden);
        std::ifstream(data / GetParam().golden) >> golden_;
        tables::ReadOptions options;
        options.missing_values = GetParam().missing_values;
        table_ = tables::read_table(data / GetParam().table, options);
        target_ = target_of(table_, {GetParam().target, "", {}});
        settings_.stratify = target_.is_classification;
    }

    [[nodiscard]] PreparedFold fold() const {
        return prepare_fold(table_, target_, notes_split(target_, settings_), settings_);
    }
    [[nodiscard]] Figures figures_of(const std::string& name, const PreparedFold& fold, std::uint64_t seed = 42) const {
        auto settings = settings_;
        settings.seed = seed;
        const auto fitted = fit_model(kind_of(kinds_, name), fold, table_, target_, {}, settings);
        const auto answers = fitted.model->predict(view_of(fold.test));
        return target_.is_classification ? classification_figures(answers, fold.test_targets, 2, 0.5)
                                         : regression_figures(answers, fold.test_targets);
    }
    [[nodiscard]] double golden_figure(const char* model, const char* figure) const {
        return golden_["models_on_stratified_42_test"][model][figure]["mean"].get<double>();
    }

    json golden_;
    tables::Table table_;
    Target target_;
    FitSettings settings_;
    ModelKinds kinds_ = plain_model_kinds();
};
INSTANTIATE_TEST_SUITE_P(All, GoldenTable, testing::ValuesIn(cases), [](const auto& one) { return one.param.name; });

TEST_P(GoldenTable, IsSplitIntoTheSameRows) {
    for (const bool stratify : {false, true}) {
        const auto* const name = stratify ? "split_42_stratified" : "split_42_plain";
        if (!golden_.contains(name)) continue;
        settings_.stratify = stratify;
        const auto split = notes_split(target_, settings_);
        const auto& expected = golden_[name];
        EXPECT_EQ(split.train.size(), expected["train"].get<std::size_t>());
        const auto begins = expected["test_begins"].get<std::vector<std::int64_t>>();
        EXPECT_TRUE(std::equal(begins.begin(), begins.end(), split.test.begin()));
    }
}

TEST_P(GoldenTable, HasTheSameLinearCoefficients) {
    if (!golden_.contains("logistic_regression_coefficients")) GTEST_SKIP() << "the target is a number";
    const auto prepared = fold();
    const auto model =
        linear::train_logistic_regression({view_of(prepared.train), prepared.is_number, prepared.targets, {}, 2}, 1);
    const auto& expected = golden_["logistic_regression_coefficients"];
    ASSERT_EQ(expected.size(), prepared.train.names.size() + 1);
    for (std::size_t j = 0; j < prepared.train.names.size(); ++j) {
        const auto& name = prepared.train.names[j];
        EXPECT_NEAR(model.weights[j], expected.at(name).get<double>(), 1e-4) << name;
    }
    EXPECT_NEAR(model.intercepts[0], expected.at("intercept").get<double>(), 1e-4);
}

TEST_P(GoldenTable, HasTheSameLinearFigures) {
    const auto prepared = fold();
    if (target_.is_classification) {
        const auto figures = figures_of("logistic", prepared);
        EXPECT_NEAR(*figures.accuracy, golden_figure("logistic_regression_C1", "accuracy"), 1e-12);
        EXPECT_NEAR(*figures.roc_auc, golden_figure("logistic_regression_C1", "roc_auc"), 1e-5);
        EXPECT_NEAR(*figures.log_loss, golden_figure("logistic_regression_C1", "log_loss"), 1e-5);
    } else {
        const auto figures = figures_of("ridge", prepared);
        EXPECT_NEAR(*figures.r2, golden_figure("ridge_1", "r2"), 1e-9);
        EXPECT_NEAR(*figures.rmse, golden_figure("ridge_1", "rmse"), 1e-6);
        EXPECT_NEAR(*figures.mae, golden_figure("ridge_1", "mae"), 1e-6);
    }
}

TEST_P(GoldenTable, HasAForestAsGoodAsScikitLearns) {
    const auto prepared = fold();
    constexpr int seeds = 10;
    double first = 0, second = 0;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const auto figures = figures_of("random_forest", prepared, seed);
        first += (target_.is_classification ? *figures.accuracy : *figures.r2) / seeds;
        second += (target_.is_classification ? *figures.roc_auc : *figures.rmse) / seeds;
    }
    RecordProperty("first", std::to_string(first));
    RecordProperty("second", std::to_string(second));
    if (target_.is_classification) {
        EXPECT_NEAR(first, golden_figure("random_forest_100", "accuracy"), 0.01);
        EXPECT_NEAR(second, golden_figure("random_forest_100", "roc_auc"), 0.01);
    } else {
        EXPECT_NEAR(first, golden_figure("random_forest_100", "r2"), 0.01);
        EXPECT_NEAR(second, golden_figure("random_forest_100", "rmse"), 2);
    }
}

TEST_P(GoldenTable, HasTheSameBoostedTrees) {
    const auto prepared = fold();
    for (const auto& [name, model] : {std::pair{"xgboost", "xgboost_default"}, {"lightgbm", "lightgbm_default"}}) {
        if (!kind_of(kinds_, name).missing().empty()) continue;
        const auto figures = figures_of(name, prepared);
        if (target_.is_classification) {
            EXPECT_NEAR(*figures.roc_auc, golden_figure(model, "roc_auc"), 0.01) << name;
            EXPECT_NEAR(*figures.accuracy, golden_figure(model, "accuracy"), 0.01) << name;
        } else {
            EXPECT_NEAR(*figures.r2, golden_figure(model, "r2"), 0.01) << name;
        }
    }
}

TEST_P(GoldenTable, HasTheSameTunedXGBoost) {
    if (!target_.is_classification) GTEST_SKIP() << "the golden file has none";
    if (!trees::xgboost_availability().is_there) GTEST_SKIP() << trees::xgboost_availability().reason;
    settings_.parameters["xgboost"] = {{"rounds", "300"}, {"learning_rate", "0.05"}, {"max_depth", "4"}};
    const auto figures = figures_of("xgboost", fold());
    EXPECT_NEAR(*figures.roc_auc, golden_figure("xgboost_300_lr0.05_depth4", "roc_auc"), 0.01);
    EXPECT_NEAR(*figures.log_loss, golden_figure("xgboost_300_lr0.05_depth4", "log_loss"), 0.01);
}

}  // namespace
}  // namespace cellwise::customers
