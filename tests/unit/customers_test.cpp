#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random.h"
#include "data/tables/table_file.h"
#include "tasks/customers/comparison.h"
#include "tasks/customers/differences.h"
#include "tasks/customers/prediction.h"
#include "unit/error_of.h"

namespace cellwise::customers {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

tables::Table table_of(const std::string& text) {
    return tables::parse_table(text, tables::TableForm::delimited, "a table");
}

/// Customers who buy the more, the more often they come; `plan` helps, `noise` does not.
std::string customers_text(int rows) {
    Random random(4, "customers test");
    std::string text = "customer_id,visits,plan,noise,spend,bought\n";
    for (int row = 0; row < rows; ++row) {
        const auto visits = random.below(30);
        const char* plan = random.below(3) == 0 ? "monthly" : random.below(2) == 0 ? "yearly" : "none";
        const double score = static_cast<double>(visits) / 5 + (plan[0] == 'm' ? 2 : 0) + random.normal();
        text += "C" + std::to_string(10000 + row) + "," + std::to_string(visits) + "," + plan + "," +
                std::to_string(random.below(1000)) + "," + std::to_string(std::round(100 * score) / 100) + "," +
                (score > 4 ? "yes" : "no") + "\n";
    }
    return text;
}

// The target.

TEST(Target, OfLabelsHasThePositiveOneLast) {
    const auto table = table_of("a,t\n1,yes\n2,no\n3,\n4,no\n5,yes\n");
    const auto plain = target_of(table, {"t", "", {}});
    EXPECT_THAT(plain.labels, ElementsAre("no", "yes"));
    EXPECT_THAT(plain.rows, ElementsAre(0, 1, 3, 4));
    EXPECT_THAT(plain.values, ElementsAre(1, 0, 0, 1));
    EXPECT_EQ(plain.missing, 1);
    const auto other = target_of(table, {"t", "no", {}});
    EXPECT_THAT(other.labels, ElementsAre("yes", "no"));
    EXPECT_THAT(other.values, ElementsAre(0, 1, 1, 0));
    EXPECT_EQ(other.sorted, plain.sorted);  // the split stays the same
}

TEST(Target, IsANumberFromTwentyOneDistinctValues) {
    std::string twenty = "a,t\n", more = "a,t\n";
    for (int row = 0; row < 42; ++row) {
        twenty += std::to_string(row) + "," + std::to_string(row % 20 * 10) + "\n";
        more += std::to_string(row) + "," + std::to_string(row % 21 * 10) + "\n";
    }
    const auto labels = target_of(table_of(twenty), {"t", "", {}});
    EXPECT_TRUE(labels.is_classification);
    EXPECT_EQ(labels.labels[1], "10");  // in the order of the numbers: 0, 10, 20
    EXPECT_FALSE(target_of(table_of(more), {"t", "", {}}).is_classification);
    EXPECT_TRUE(target_of(table_of(more), {"t", "", true}).is_classification);
    EXPECT_FALSE(target_of(table_of(twenty), {"t", "", false}).is_classification);
}

TEST(Target, ThatIsNoneIsRefused) {
    EXPECT_THROW((void)target_of(table_of("a,t\n1,x\n2,x\n3,y\n4,y\n"), {"u", "", {}}), UsageError);
    EXPECT_THROW((void)target_of(table_of("a,t\n1,x\n2,x\n3,y\n4,y\n"), {"t", "z", {}}), UsageError);
    EXPECT_THROW((void)target_of(table_of("a,t\n1,x\n2,x\n3,y\n4,y\n"), {"t", "", false}), UsageError);
    EXPECT_THAT(error_of<DataError>([] {
                    (void)target_of(table_of("a,t\n1,x\n2,x\n3,x\n"), {"t", "", {}});
                }),
                HasSubstr("'x' in all rows"));
    EXPECT_THAT(error_of<DataError>([] {
                    (void)target_of(table_of("a,t\n1,x\n2,y\n3,x\n"), {"t", "", {}});
                }),
                HasSubstr("'y' of 't' has a single row"));
    const auto customers = table_of(customers_text(60));
    EXPECT_THAT(error_of<UsageError>([&] {
                    (void)target_of(customers, {"customer_id", "", {}});
                }),
                HasSubstr("an identifier"));
}

// Thresholds.

double accuracy_at(double threshold, const std::vector<double>& probabilities, const std::vector<double>& truth) {
    double right = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) right += (probabilities[i] > threshold) == (truth[i] == 1) ? 1 : 0;
    return right;
}

TEST(Threshold, IsTheBestOfAll) {
    Random random(1, "threshold test");
    for (int round = 0; round < 50; ++round) {
        std::vector<double> probabilities, truth;
        for (int i = 0; i < 30; ++i) {
            probabilities.push_back(std::round(random.uniform() * 20) / 20);
            truth.push_back(random.uniform() < probabilities.back() ? 1 : 0);
        }
        const double chosen = best_threshold(ThresholdRule::parse("accuracy"), probabilities, truth);
        double best = 0;
        for (int i = 0; i <= 200; ++i) best = std::max(best, accuracy_at(i / 200.0, probabilities, truth));
        EXPECT_EQ(accuracy_at(chosen, probabilities, truth), best);
    }
}

TEST(Threshold, FollowsWhatErrorsCost) {
    const std::vector<double> probabilities{.1, .2, .3, .4}, truth{0, 1, 0, 1};
    // Missing a positive costs ten times as much: .2 and above are called positive.
    EXPECT_NEAR(best_threshold(ThresholdRule::parse("cost=1:10"), probabilities, truth), 0.15, 1e-12);
    EXPECT_NEAR(best_threshold(ThresholdRule::parse("cost=10:1"), probabilities, truth), 0.35, 1e-12);
    EXPECT_EQ(best_threshold(ThresholdRule::parse("0.3"), probabilities, truth), 0.3);
}

TEST(Threshold, RefusesWhatItCannotRead) {
    for (const auto* text : {"", "half", "1.5", "-0.1", "cost=1", "cost=:", "cost=0:0", "cost=-1:2", "nan"}) {
        EXPECT_THROW((void)ThresholdRule::parse(text), UsageError) << text;
    }
    EXPECT_EQ(ThresholdRule::parse("cost=1:5").text(), "cost=1:5");
}

// Folds.

TEST(Fold, LearnsNothingFromItsTestPart) {
    const auto text = customers_text(200);
    auto table = table_of(text);
    const auto target = target_of(table, {"bought", "", {}});
    FitSettings settings;
    settings.stratify = true;
    settings.class_weights = true;
    settings.leave_out = {"customer_id"};
    settings.threshold = ThresholdRule::parse("f1");
    const auto split = notes_split(target, settings);
    const auto kinds = plain_model_kinds();
    const auto& kind = kind_of(kinds, "random_forest");
    const auto first = prepare_fold(table, target, split, settings);
    const auto fitted = fit_model(kind, first, table, target, split, settings);

    // Other numbers, other levels and the opposite labels in the test rows.
    auto other_target = target;
    for (const auto position : split.test) {
        const auto row = static_cast<std::size_t>(position);
        for (auto& column : table.columns) {
            if (column.name == "visits") column.numbers.set(row, 1e6);
            if (column.name == "plan") column.codes.set(row, 0);
        }
        other_target.values[row] = 1 - other_target.values[row];
    }
    const auto second = prepare_fold(table, other_target, split, settings);
    const auto again = fit_model(kind, second, table, other_target, split, settings);
    EXPECT_EQ(first.preparation.json(), second.preparation.json());
    EXPECT_EQ(first.train.values, second.train.values);
    EXPECT_EQ(first.weights, second.weights);
    EXPECT_EQ(fitted.model->bytes(), again.model->bytes());
    EXPECT_EQ(fitted.threshold, again.threshold);
    EXPECT_NE(first.test.values, second.test.values);
}

TEST(Fold, WeighsClassesAlike) {
    const auto table = table_of(customers_text(200));
    const auto target = target_of(table, {"bought", "", {}});
    FitSettings settings;
    settings.class_weights = true;
    const auto fold = prepare_fold(table, target, notes_split(target, settings), settings);
    double of_class[2] = {0, 0};
    for (std::size_t row = 0; row < fold.targets.size(); ++row) {
        of_class[static_cast<std::size_t>(fold.targets[row])] += fold.weights[row];
    }
    EXPECT_NEAR(of_class[0], of_class[1], 1e-9);
    EXPECT_NEAR(of_class[0] + of_class[1], static_cast<double>(fold.targets.size()), 1e-9);
}

// Comparisons.

ComparisonSettings small_settings() {
    ComparisonSettings settings;
    settings.folds = 3;
    settings.repeats = 2;
    settings.fit.leave_out = {"customer_id", "spend"};
    settings.fit.parameters["random_forest"] = {{"n_estimators", "20"}};
    return settings;
}

nlohmann::ordered_json without_times(const Comparison& comparison) {
    auto document = to_json(comparison);
    for (auto& model : document["models"]) model.erase("seconds");
    return document;
}

TEST(Compare, GivesTheSameBitsForAnyNumberOfThreads) {
    const auto table = table_of(customers_text(240));
    auto settings = small_settings();
    settings.fit.threshold = ThresholdRule::parse("accuracy");
    for (const auto* name : {"bought", "plan"}) {
        if (std::string(name) == "plan") settings.fit.threshold = {};
        const auto target = target_of(table, {name, "", {}});
        settings.threads = 1;
        const auto one = without_times(compare(table, target, plain_model_kinds(), settings));
        settings.threads = 4;
        EXPECT_EQ(one.dump(), without_times(compare(table, target, plain_model_kinds(), settings)).dump()) << name;
    }
}

TEST(Compare, TellsGoodModelsFromTheBaseline) {
    const auto table = table_of(customers_text(400));
    const auto result = compare(table, target_of(table, {"bought", "", {}}), plain_model_kinds(), small_settings());
    bool found = false;
    for (const auto& one : result.differences) {
        if (one.a != "majority" || one.b != "logistic" || one.metric != "roc_auc") continue;
        EXPECT_EQ(one.verdict, "b is better");
        EXPECT_LE(one.p_uncorrected, one.p);
        found = true;
    }
    EXPECT_TRUE(found);
}

TEST(Compare, NoticesWhatIsTooGoodToBeTrue) {
    const auto table = table_of(customers_text(300));
    auto settings = small_settings();
    settings.models = {"random_forest"};
    settings.folds = 0;
    const auto target = target_of(table, {"bought", "", {}});
    EXPECT_THAT(compare(table, target, plain_model_kinds(), settings).notices,
                testing::Each(testing::Not(HasSubstr("too good"))));
    settings.fit.leave_out = {"customer_id"};  // spend decides who bought
    EXPECT_THAT(compare(table, target, plain_model_kinds(), settings).notices,
                testing::Contains(HasSubstr("too good to be true")));
}

/// Models of others are handed in like the plain ones; one that the machine lacks says so in its row.
TEST(Compare, TakesModelsFromElsewhere) {
    struct Half final : Model {
        std::vector<double> predict(MatrixView features) const override {
            return std::vector<double>(features.rows, 0.5);
        }
        std::string bytes() const override { return ""; }
    };
    auto kinds = plain_model_kinds();
    ModelKind half, absent;
    half.name = "half", half.title = "Half";
    half.fit = [](const TrainingRows&, const Parameters&, std::uint64_t) { return std::make_unique<Half>(); };
    absent.name = "absent", absent.title = "Absent";
    absent.missing = [] { return std::string("its library is not here"); };
    kinds.push_back(half), kinds.push_back(absent);
    auto settings = small_settings();
    settings.models = {"majority", "half", "absent"};
    const auto table = table_of(customers_text(100));
    const auto result = compare(table, target_of(table, {"bought", "", {}}), kinds, settings);
    ASSERT_EQ(result.models.size(), 3U);
    EXPECT_EQ(result.models[1].figures.roc_auc, 0.5);
    EXPECT_EQ(result.models[2].missing, "its library is not here");
    EXPECT_EQ(to_json(result)["models"][2]["missing"], "its library is not here");
    settings.models = {"absent"};
    EXPECT_THROW((void)compare(table, target_of(table, {"bought", "", {}}), kinds, settings), EnvironmentError);
}

TEST(Compare, RefusesWhatDoesNotFitTheTarget) {
    const auto table = table_of(customers_text(100));
    const auto number = target_of(table, {"spend", "", {}});
    auto settings = small_settings();
    settings.models = {"logistic"};
    EXPECT_THROW((void)compare(table, number, plain_model_kinds(), settings), UsageError);
    settings.models = {"no_such_model"};
    EXPECT_THROW((void)compare(table, number, plain_model_kinds(), settings), UsageError);
    settings.models = {};
    settings.fit.threshold = ThresholdRule::parse("f1");
    EXPECT_THROW((void)compare(table, number, plain_model_kinds(), settings), UsageError);
    settings.fit.threshold = {};
    settings.fit.stratify = true;
    EXPECT_THROW((void)compare(table, number, plain_model_kinds(), settings), UsageError);
}

TEST(Verdict, NeedsMoreThanChance) {
    EXPECT_EQ(verdict_of(0.1, 0.2, true), "cannot be told apart");
    EXPECT_EQ(verdict_of(0.1, 0.01, true), "a is better");
    EXPECT_EQ(verdict_of(0.1, 0.01, false), "b is better");
    EXPECT_EQ(verdict_of(0, 0, true), "cannot be told apart");
}

// Runs.

class CustomerRuns : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        std::filesystem::remove_all(folder_);
        write_file_atomically(folder_ / "customers.csv", customers_text(200));
        if (const auto reason = kind_of(kinds_, GetParam()).missing(); !reason.empty()) GTEST_SKIP() << reason;
        table_ = tables::read_table(folder_ / "customers.csv");
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] CustomerRun trained() const {
        const auto& kind = kind_of(kinds_, GetParam());
        const auto target = target_of(table_, {kind.classifies ? "bought" : "spend", "", {}});
        FitSettings settings;
        settings.leave_out = {"customer_id", kind.classifies ? "spend" : "bought"};
        const auto split = notes_split(target, settings);
        auto fold = prepare_fold(table_, target, split, settings);
        CustomerRun run;
        run.kind = GetParam();
        run.file = kind.file;
        run.model = fit_model(kind, fold, table_, target, split, settings).model;
        run.preparation = std::move(fold.preparation);
        run.target = target.column;
        run.is_classification = target.is_classification;
        run.labels = target.labels;
        run.id_column = "customer_id";
        for (const auto& column : table_.columns) run.read.kinds.emplace_back(column.name, column.kind);
        return run;
    }

    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("cellwise-customers-" + GetParam());
    ModelKinds kinds_ = plain_model_kinds();
    tables::Table table_;
};
INSTANTIATE_TEST_SUITE_P(All, CustomerRuns,
                         testing::Values("majority", "mean", "logistic", "ridge", "random_forest", "xgboost",
                                         "lightgbm"),
                         [](const auto& one) { return one.param; });

TEST_P(CustomerRuns, AreTheSameReadBack) {
    const auto run = trained();
    save_run(folder_ / "run", run);
    EXPECT_THROW(save_run(folder_ / "run", run), UsageError);
    const auto read = load_run(folder_ / "run", kinds_);
    const std::vector<std::int64_t> rows{0, 7, 199};
    const auto before = predict_rows(run, table_, rows, true), after = predict_rows(read, table_, rows, true);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(before[i].answer, after[i].answer);
        EXPECT_EQ(before[i].label, after[i].label);
        EXPECT_EQ(before[i].id, "C" + std::to_string(10000 + rows[i]));
        double sum = after[i].base;
        for (const auto& one : after[i].contributions) sum += one.contribution;
        const double told = run.model->margin_unit() == "log-odds" ? 1 / (1 + std::exp(-sum)) : sum;
        EXPECT_NEAR(told, after[i].answer, 1e-6 * std::max(1.0, std::abs(sum)));
    }
    EXPECT_EQ(rows_of_id(read, table_, "C10007"), std::vector<std::int64_t>{7});
    EXPECT_THROW((void)rows_of_id(read, table_, "nobody"), DataError);
}

TEST_P(CustomerRuns, BearUnseenLevelsAndRefuseMissingColumns) {
    const auto run = trained();
    write_file_atomically(folder_ / "new.csv", "customer_id,visits,plan,noise\nN1,4,weekly,\n");
    const auto table = read_table_as(folder_ / "new.csv", run);
    const std::vector<std::int64_t> rows{0};
    EXPECT_TRUE(std::isfinite(predict_rows(run, table, rows, true)[0].answer));
    write_file_atomically(folder_ / "cut.csv", "customer_id,visits,noise\nN1,4,3\n");
    const auto cut = read_table_as(folder_ / "cut.csv", run);
    EXPECT_THAT(error_of<DataError>([&] { (void)predict_rows(run, cut, rows, false); }), HasSubstr("plan"));
}

TEST_P(CustomerRuns, ThatAreBrokenAreRefused) {
    EXPECT_THROW((void)load_run(folder_, kinds_), DataError);
    save_run(folder_ / "run", trained());
    const auto file = folder_ / "run" / kind_of(kinds_, GetParam()).file;
    const auto bytes = read_file(file);
    write_file_atomically(file, bytes.substr(0, bytes.size() / 2));
    EXPECT_THROW((void)load_run(folder_ / "run", kinds_), DataError);
    std::filesystem::remove(file);
    EXPECT_THROW((void)load_run(folder_ / "run", kinds_), DataError);
    write_file_atomically(folder_ / "run" / "run.json", "{\"schema\": \"cellwise.customers-run/1\"}");
    EXPECT_THROW((void)load_run(folder_ / "run", kinds_), DataError);
}

TEST_P(CustomerRuns, TellWhichColumnMatters) {
    if (kind_of(kinds_, GetParam()).is_baseline) GTEST_SKIP() << "no column matters to a baseline";
    const auto run = trained();
    const auto one = permutation_importance(run, table_, 4, 1), several = permutation_importance(run, table_, 4, 3);
    EXPECT_EQ(one.front().column, "visits");
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].mean, several[i].mean);
    EXPECT_LE(one.front().low, one.front().mean);
    EXPECT_THROW((void)permutation_importance(run, table_, 1, 1), UsageError);
}

}  // namespace
}  // namespace cellwise::customers
