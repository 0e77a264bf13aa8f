// The leaderboard as a user runs it: order, intervals, the rows that cannot be told apart, and going on with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "integration/studies.h"

namespace cellwise::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Leaderboard : public testing::Test {
protected:
    void SetUp() override {
        const auto made =
            run_program({"customers", "synthetic", "--rows", "600", "--output", (folder_ / "table.csv").string()});
        ASSERT_EQ(made.exit_code, 0) << made.errors;
    }
    Arguments board(const Arguments& more) const {
        return joined({"customers", "leaderboard", (folder_ / "table.csv").string(), "--target", "target", "--budget",
                       "3", "--folds", "3", "--output", (folder_ / "board").string()},
                      more);
    }
    json document(const Arguments& more) const {
        const auto done = run_program(board(joined(more, {"--json", "-"})));
        EXPECT_EQ(done.exit_code, 0) << done.errors;
        return json::parse(done.output);
    }
    ScratchFolder folder_;
};

TEST_F(Leaderboard, RanksByIntervalsAndSaysWhatCannotBeToldApart) {
    const auto told = document({"--models", "majority,logistic,random_forest"});
    const auto& rows = told.at("rows");
    ASSERT_EQ(rows.size(), 6U) << "majority, two models by default and tuned, and the ensemble";
    std::map<std::string, json> by_name;
    double before = 1;
    for (const auto& row : rows) {
        by_name[row.at("name")] = row;
        const auto mean = row.at("mean").get<double>();
        EXPECT_LE(mean, before) << "the best first";
        before = mean;
        EXPECT_LE(row.at("low").get<double>(), mean);
        EXPECT_GE(row.at("high").get<double>(), mean);
        EXPECT_NEAR(row.at("behind").get<double>(), rows.at(0).at("mean").get<double>() - mean, 1e-12);
        EXPECT_EQ(row.at("like_first").get<bool>(), !(row.at("p").get<double>() < 0.05));
        EXPECT_GE(row.at("seconds").get<double>(), 0);
    }
    EXPECT_TRUE(rows.at(0).at("like_first").get<bool>());
    // Everyone is the same to the majority: half of all pairs are in order.
    EXPECT_EQ(by_name.at("majority").at("mean"), 0.5);
    EXPECT_FALSE(by_name.at("majority").at("like_first").get<bool>());
    double sum = 0;
    for (const auto& weight : told.at("weights")) {
        sum += weight.at("weight").get<double>();
        EXPECT_TRUE(by_name.contains(weight.at("name"))) << weight;
    }
    EXPECT_NEAR(sum, 1, 1e-12);
    EXPECT_TRUE(by_name.contains("ensemble"));
    // The trials of every model are run folders of its own study.
    const auto runs = run_program({"runs", "list", (folder_ / "board/logistic").string(), "--json", "-"});
    EXPECT_EQ(json::parse(runs.output).at("customers").size(), 3U);
}

TEST_F(Leaderboard, TheSameCommandGoesOnWithItsStudies) {
    const Arguments models{"--models", "logistic"};
    auto first = document(models);
    const auto journal = content_of(folder_ / "board/logistic/trials.jsonl");
    auto second = document(models);
    EXPECT_EQ(content_of(folder_ / "board/logistic/trials.jsonl"), journal) << "no trial is run again";
    for (auto* told : {&first, &second}) {
        for (auto& row : told->at("rows")) row.erase("seconds");
    }
    EXPECT_EQ(first, second);
    const auto other = run_program(board({"--models", "logistic", "--folds", "4"}));
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_THAT(other.errors, HasSubstr("folds was 3, is 4"));
    EXPECT_EQ(content_of(folder_ / "board/logistic/trials.jsonl"), journal);
}

TEST_F(Leaderboard, RefusesWhatCannotBe) {
    const auto refusal = [&](const Arguments& more) {
        const auto done = run_program(board(more));
        EXPECT_EQ(done.exit_code, 2) << done.errors;
        return done.errors;
    };
    EXPECT_THAT(refusal({"--budget", "0"}), HasSubstr("--budget 0"));
    EXPECT_THAT(refusal({"--folds", "1"}), HasSubstr("--folds 1"));
    EXPECT_THAT(refusal({"--confirm-seeds", "0"}), HasSubstr("--confirm-seeds 0"));
    EXPECT_THAT(refusal({"--models", "logistik"}), HasSubstr("logistic"));
    EXPECT_THAT(refusal({"--metric", "auc"}), HasSubstr("roc_auc"));
}

}  // namespace
}  // namespace cellwise::test
