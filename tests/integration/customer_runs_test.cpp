#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"
#include "integration/small_run.h"

// What `customers train` keeps, in the commands that take runs.

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::expect_refusal;
using test::json_of;
using test::run_program;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

class CustomerRuns : public testing::Test {
protected:
    void SetUp() override {
        table_ = (folder_ / "customers.csv").string();
        const auto made = run_program({"customers", "synthetic", "--rows", "400", "--output", table_});
        ASSERT_EQ(made.exit_code, 0) << made.errors;
    }
    std::string train(const std::string& name, const Words& more = {}, const std::string& target = "target") {
        const auto run = (folder_ / "runs" / name).string();
        Words words{"customers", "train", table_, "--target", target, "--model", "logistic", "--output", run};
        words.insert(words.end(), more.begin(), more.end());
        const auto trained = run_program(words);
        EXPECT_EQ(trained.exit_code, 0) << trained.errors;
        return run;
    }
    test::ScratchFolder folder_;
    std::string table_;
};

TEST_F(CustomerRuns, AreListedAndShownBesideRunsOfReviews) {
    const auto run = train("churn", {"--no-report", "--class-weights"});
    test::make_small_run("100", "train", (folder_ / "runs" / "lstm").string(), {});
    fs::create_directory(folder_ / "runs" / "torn");
    std::ofstream(folder_ / "runs" / "torn" / "run.json") << R"({"schema": "cellwise.custo)";

    const auto list = run_program({"runs", "list", folder_ / "runs"});
    ASSERT_EQ(list.exit_code, 0) << list.errors;
    EXPECT_THAT(list.output, HasSubstr("test accuracy"));
    EXPECT_THAT(list.output, HasSubstr("customers  finished  logistic"));
    EXPECT_THAT(list.output, HasSubstr("customers  broken"));
    const auto document = json_of({"runs", "list", folder_ / "runs"});
    ASSERT_EQ(document["runs"].size(), 1U);
    EXPECT_EQ(document["runs"][0]["kind"], "train");
    ASSERT_EQ(document["customers"].size(), 2U);
    const auto& listed = document["customers"][0];
    const auto kept = nlohmann::json::parse(content_of(fs::path(run) / "metrics.json"));
    EXPECT_EQ(listed["figures"], kept);
    EXPECT_EQ(listed["target"], "target");
    EXPECT_THAT(document["customers"][1]["problem"].get<std::string>(), HasSubstr("run.json"));

    const auto show = run_program({"runs", "show", run});
    ASSERT_EQ(show.exit_code, 0) << show.errors;
    EXPECT_THAT(show.output, HasSubstr("class_weights = true"));
    EXPECT_THAT(show.output, HasSubstr("roc_auc"));
    EXPECT_EQ(json_of({"runs", "show", run})["run"], listed);
    expect_refusal({"runs", "show", (folder_ / "runs" / "torn").string()}, 3, "run.json");
}

TEST_F(CustomerRuns, OfReviewsAreListedAsIfThereWereNoOthers) {
    test::make_small_run("100", "train", (folder_ / "alone" / "lstm").string(), {});
    const auto document = json_of({"runs", "list", folder_ / "alone"});
    EXPECT_FALSE(document.contains("customers"));
}

struct TestRow {
    std::string row, target, predicted;
};

std::vector<TestRow> test_rows_of(const std::string& run) {
    std::ifstream file(fs::path(run) / "predictions.csv");
    std::vector<TestRow> rows;
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(line, "row,target,predicted,probability");
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        TestRow row;
        std::getline(cells, row.row, ',');
        std::getline(cells, row.target, ',');
        std::getline(cells, row.predicted, ',');
        rows.push_back(row);
    }
    return rows;
}

TEST_F(CustomerRuns, AreComparedOnOneTableAndTarget) {
    const auto plain = train("plain", {"--no-report"});
    const auto strong = train("strong", {"--no-report", "--set", "logistic.C=0.01"});
    const auto document = json_of({"runs", "compare", plain, strong + "/"});
    ASSERT_EQ(document["runs"].size(), 2U);
    ASSERT_EQ(document["differing_settings"].size(), 1U) << document["differing_settings"];
    EXPECT_EQ(document["differing_settings"][0]["setting"], "logistic.C");
    EXPECT_EQ(document["differing_settings"][0]["values"], nlohmann::json({"", "0.01"}));
    // The paired tests are of what either run kept of its test rows.
    ASSERT_EQ(document["paired_tests"].size(), 2U) << document["paired_tests"];
    const auto one = test_rows_of(plain), other = test_rows_of(strong);
    ASSERT_EQ(one.size(), other.size());
    EXPECT_EQ(one.size(), document["runs"][0]["test"].get<std::size_t>());
    double difference = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].row, other[i].row);
        EXPECT_EQ(one[i].target, other[i].target);
        difference += (one[i].target == one[i].predicted) - (other[i].target == other[i].predicted);
    }
    const auto& accuracy = document["paired_tests"][0];
    EXPECT_EQ(accuracy["metric"], "accuracy");
    EXPECT_NEAR(accuracy["mean"].get<double>(), difference / static_cast<double>(one.size()), 1e-12);
    EXPECT_LE(accuracy["low"], accuracy["mean"]);
    EXPECT_LE(accuracy["mean"], accuracy["high"]);
    const auto& area = document["paired_tests"][1];
    EXPECT_EQ(area["metric"], "roc_auc");
    const double first = document["runs"][0]["figures"]["roc_auc"], second = document["runs"][1]["figures"]["roc_auc"];
    EXPECT_NEAR(area["mean"].get<double>(), first - second, 1e-12);
    fs::remove(fs::path(strong) / "predictions.csv");  // as of an older version
    EXPECT_TRUE(json_of({"runs", "compare", plain, strong})["paired_tests"].empty());
    std::ofstream(fs::path(strong) / "predictions.csv") << "row,target,predicted,probability\n1,9,1,0.5\n";
    expect_refusal({"runs", "compare", plain, strong}, 3, "predictions.csv");
    const auto other_seed = run_program({"runs", "compare", plain, train("seed", {"--no-report", "--seed", "7"})});
    EXPECT_THAT(other_seed.output, HasSubstr("The test rows are not the same"));

    expect_refusal({"runs", "compare", plain}, 2, "name at least two runs");
    const auto reviews = (folder_ / "runs" / "lstm").string();
    test::make_small_run("100", "train", reviews, {});
    expect_refusal({"runs", "compare", plain, reviews}, 2, "compare runs of one kind");
    expect_refusal({"runs", "compare", reviews, plain}, 2, "compare runs of one kind");
    std::ofstream(table_, std::ios::app) << "\n";
    expect_refusal({"runs", "compare", plain, train("other", {"--no-report"})}, 2, "different tables");
}

TEST_F(CustomerRuns, AreRemovedWithNothingThatIsTheUsers) {
    const auto run = train("churn");
    std::ofstream(fs::path(run) / "notes.txt") << "mine";
    expect_refusal({"runs", "remove", "--yes", run}, 2, "notes.txt");
    fs::remove(fs::path(run) / "notes.txt");
    EXPECT_TRUE(fs::exists(fs::path(run) / "run.json"));
    const auto removed = run_program({"runs", "remove", "--yes", run});
    EXPECT_EQ(removed.exit_code, 0) << removed.errors;
    EXPECT_FALSE(fs::exists(run));
}

TEST_F(CustomerRuns, HaveAReportOfTheFiguresThatWereKept) {
    const auto run = train("churn", {"--threshold", "0.3"});
    const auto html = content_of(fs::path(run) / "report.html");
    for (const char* part : {"ROC curve", "Precision and recall", "Calibration", "Confusion matrix", "Threshold",
                             "Importance of columns", "What columns add"}) {
        EXPECT_THAT(html, HasSubstr(part));
    }
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("http-equiv=\"refresh")));
    const auto document = json_of({"report", run});
    EXPECT_EQ(document["figures"], nlohmann::json::parse(content_of(fs::path(run) / "metrics.json")));
    EXPECT_EQ(content_of(fs::path(run) / "report.html"), html);  // the same again
    // The confusion matrix is that of the threshold, and holds every test row.
    double right = 0, all = 0;
    for (std::size_t truth = 0; truth < 2; ++truth) {
        for (std::size_t told = 0; told < 2; ++told) {
            const double count = document["confusion"][truth]["predicted"][told];
            all += count;
            right += truth == told ? count : 0;
        }
    }
    EXPECT_EQ(all, document["test"].get<double>());
    EXPECT_DOUBLE_EQ(right / all, document["figures"]["accuracy"].get<double>());
    EXPECT_DOUBLE_EQ(document["thresholds"][29]["accuracy"].get<double>(), right / all);
    EXPECT_EQ(document["importance"].size(), document["contributions"].size());

    EXPECT_FALSE(fs::exists(fs::path(train("none", {"--no-report"})) / "report.html"));
    expect_refusal({"report", run, train("two", {"--no-report"})}, 2, "runs compare");
    std::ofstream(folder_ / "mine.html") << "mine";
    expect_refusal({"report", run, "--output", (folder_ / "mine.html").string()}, 2, "no report of Cellwise");
    std::ofstream(table_, std::ios::app) << "\n";
    expect_refusal({"report", run}, 3, "has changed since");
    fs::remove(table_);
    expect_refusal({"report", run}, 3, "--data");
}

TEST_F(CustomerRuns, HaveAReportOfNumbersAndInKorean) {
    const auto run = (folder_ / "spend").string();
    const auto trained = run_program({"customers", "train", table_, "--target", "total_spend", "--model", "ridge",
                                      "--language", "ko", "--output", run});
    ASSERT_EQ(trained.exit_code, 0) << trained.errors;
    const auto html = content_of(fs::path(run) / "report.html");
    EXPECT_THAT(html, HasSubstr("<html lang=\"ko\">"));
    EXPECT_THAT(html, HasSubstr("예측값과 실제값"));
    EXPECT_THAT(html, Not(HasSubstr("혼동 행렬")));
    const auto document = json_of({"report", run});
    EXPECT_THAT(content_of(fs::path(run) / "report.html"), HasSubstr("<html lang=\"ko\">"));
    EXPECT_EQ(document["figures"], nlohmann::json::parse(content_of(fs::path(run) / "metrics.json")));
    EXPECT_TRUE(document["confusion"].empty());
}

TEST_F(CustomerRuns, AreRefusedByCommandsForReviews) {
    const auto run = train("churn", {"--no-report"});
    const auto file = (folder_ / "out").string();
    for (const Words& words :
         {Words{"evaluate", run}, Words{"predict", "--model", run, "a film"}, Words{"summary", run},
          Words{"gates", "--model", run, "--text", "a film"}, Words{"gradients", "--model", run},
          Words{"export", run, "--format", "keras", "--output", file}, Words{"train", "--resume", run},
          Words{"compare", "--resume", run}}) {
        expect_refusal(words, 2, "is a model of customers");
    }
    EXPECT_FALSE(fs::exists(file));
}

TEST_F(CustomerRuns, ATrainingThatIsStoppedKeepsNothing) {
    const auto run = folder_ / "stopped";
    const auto big = (folder_ / "big.csv").string();
    ASSERT_EQ(run_program({"customers", "synthetic", "--rows", "20000", "--output", big}).exit_code, 0);
    const auto command = "timeout --preserve-status --signal=INT 2 " + std::string(CELLWISE_PROGRAM) +
                         " customers train " + big +
                         " --target target --model lstm --set lstm.max_steps=100000 --set lstm.epochs=1000 --output " +
                         run.string() + " > /dev/null 2> " + (folder_ / "errors").string();
    const int status = std::system(command.c_str());
    EXPECT_EQ(WEXITSTATUS(status), 130) << content_of(folder_ / "errors");
    EXPECT_THAT(content_of(folder_ / "errors"), HasSubstr("nothing was kept"));
    EXPECT_FALSE(fs::exists(run));
    expect_refusal(
        {"customers", "train", big, "--target", "target", "--resume", run.string(), "--output", run.string()}, 2,
        "nothing to continue: train it again");
    expect_refusal({"customers", "compare", big, "--target", "target", "--resume", run.string()}, 2,
                   "nothing to continue: compare again");
}

TEST_F(CustomerRuns, SayWhatStoodInForAnUnseenLevelAndAMissingCell) {
    const auto table = (folder_ / "plans.csv").string(), asked = (folder_ / "asked.csv").string();
    std::ofstream out(table);
    out << "id,age,plan,target\n";
    for (int i = 0; i < 60; ++i) {
        out << 'C' << i << ',' << 20 + i * 7 % 50 << ',' << (i % 2 == 0 ? "small" : "large") << ','
            << (i % 3 == 0 ? "yes" : "no") << '\n';
    }
    out.close();
    std::ofstream(asked) << "id,age,plan\nX,33,huge\nY,,small\nZ,40,large\n";
    const auto run = (folder_ / "plans").string();
    ASSERT_EQ(run_program({"customers", "train", table, "--target", "target", "--model", "logistic", "--no-report",
                           "--output", run})
                  .exit_code,
              0);
    const auto document = json_of({"customers", "predict", "--model", run, "--file", asked})["predictions"];
    ASSERT_EQ(document.size(), 3U);
    EXPECT_EQ(document[0]["unseen"], nlohmann::json({"plan"}));
    EXPECT_FALSE(document[0].contains("filled"));
    EXPECT_EQ(document[1]["filled"], nlohmann::json({"age"}));
    EXPECT_FALSE(document[2].contains("unseen") || document[2].contains("filled"));
    const auto text = run_program({"customers", "predict", "--model", run, "--file", asked}).output;
    EXPECT_THAT(text, HasSubstr("X  (of a level that training did not have, which counts as none: plan)"));
    EXPECT_THAT(text, HasSubstr("Y  (missing, filled as in training: age)"));
    expect_refusal({"customers", "compare", table, "--target", "target", "--set", "logistics.C=1"}, 2,
                   "there is no model 'logistics'");
}

TEST_F(CustomerRuns, ResultsTooGoodToBeTrueAreToldInBothLanguages) {
    const auto leak = (folder_ / "leak.csv").string();
    std::ofstream out(leak);
    out << "age,leak,target\n";
    for (int i = 0; i < 200; ++i)
        out << 20 + i * 7 % 50 << ',' << i % 2 << ".5," << (i % 2 == 1 ? "yes" : "no") << '\n';
    out.close();
    const Words words{"customers", "compare", leak, "--target", "target", "--models", "logistic", "--folds", "0"};
    EXPECT_THAT(run_program(words).output, HasSubstr("too good to be true"));
    auto korean = words;
    korean.insert(korean.end(), {"--language", "ko"});
    const auto told = run_program(korean).output;
    EXPECT_THAT(told, HasSubstr("믿기 어려울 만큼 좋습니다"));
    EXPECT_THAT(told, Not(HasSubstr("too good")));
}

TEST(CustomerNetworksOnTelco, RankAsWellAsIsPromised) {
    const auto table = fs::path(CELLWISE_TEST_DATA) / "telco_churn.csv";
    if (!fs::exists(table)) GTEST_SKIP() << "needs " << table;
    const auto document = json_of({"customers", "compare", table.string(), "--target", "Churn", "--stratify",
                                   "--models", "mlp,cnn,lstm", "--folds", "0"});
    ASSERT_EQ(document["models"].size(), 3U);
    for (const auto& model : document["models"]) {
        EXPECT_GE(model["roc_auc"].get<double>(), 0.83) << model["name"];
        EXPECT_LE(model["roc_auc"].get<double>(), 0.88) << model["name"] << ": something leaks";
    }
}

}  // namespace
}  // namespace cellwise
