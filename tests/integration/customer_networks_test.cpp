#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "integration/checks.h"
#include "integration/program.h"

namespace cellwise {
namespace {

using test::json_of;
using test::run_program;
using testing::HasSubstr;

class CustomerNetworks : public testing::Test {
protected:
    void SetUp() override {
        table_ = (folder_ / "customers.csv").string();
        const auto made = run_program({"customers", "synthetic", "--rows", "600", "--output", table_});
        ASSERT_EQ(made.exit_code, 0) << made.errors;
    }
    test::ScratchFolder folder_;
    std::string table_;
};

TEST_F(CustomerNetworks, AreComparedLastAndTheSameForAnyThreads) {
    const auto compared = [&](const std::string& threads) {
        auto document = json_of({"customers", "compare", table_, "--target", "target", "--models",
                                 "lstm,logistic,mlp,cnn", "--folds", "2", "--repeats", "1", "--threads", threads});
        for (auto& model : document["models"]) model.erase("seconds");
        return document;
    };
    const auto one = compared("1");
    EXPECT_EQ(one, compared("2"));
    ASSERT_EQ(one["models"].size(), 4U);
    EXPECT_EQ(one["models"][0]["name"], "logistic");
    EXPECT_EQ(one["models"][3]["name"], "lstm");
    const auto text =
        run_program({"customers", "compare", table_, "--target", "target", "--models", "mlp,cnn,lstm", "--folds", "0"});
    EXPECT_EQ(text.exit_code, 0) << text.errors;
    EXPECT_THAT(text.output, testing::ContainsRegex("MLP Accuracy: [01]\\.[0-9]+\nCNN Accuracy: [01]\\.[0-9]+\n"
                                                    "LSTM Accuracy: [01]\\.[0-9]+\n$"));
}

TEST_F(CustomerNetworks, AreKeptAskedAndExplained) {
    const auto few = (folder_ / "few.csv").string();
    std::istringstream all(test::content_of(table_));
    std::string line;
    std::ofstream part(few);
    for (int i = 0; i < 6 && std::getline(all, line); ++i) part << line << '\n';
    part.close();
    for (const std::string name : {"mlp", "cnn", "lstm"}) {
        const auto run = (folder_ / name).string();
        const auto trained = run_program({"customers", "train", table_, "--target", "target", "--model", name,
                                          "--output", run, "--set", name + ".epochs=3"});
        ASSERT_EQ(trained.exit_code, 0) << trained.errors;
        const auto answers = json_of({"customers", "predict", "--model", run, "--file", few});
        ASSERT_EQ(answers["predictions"].size(), 5U);
        const auto& first = answers["predictions"][0];
        double margin = first["base"];
        for (const auto& one : first["contributions"]) margin += one["contribution"].get<double>();
        EXPECT_NEAR(1 / (1 + std::exp(-margin)), first["probability"].get<double>(), 1e-9);
        const auto explained = run_program({"customers", "explain", "--model", run, "--repeats", "2"});
        EXPECT_EQ(explained.exit_code, 0) << explained.errors;
        EXPECT_THAT(explained.output, HasSubstr("when a column is shuffled"));
    }
}

TEST_F(CustomerNetworks, RefuseWhatTheyDoNotKnow) {
    test::expect_refusal({"customers", "compare", table_, "--target", "target", "--models", "mlp", "--folds", "0",
                          "--set", "mlp.depth=3"},
                         2, "mlp has no parameter 'depth'");
}

}  // namespace
}  // namespace cellwise
