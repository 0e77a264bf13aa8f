#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"

// Trainings whose numbers leave the range of float32.
namespace cellwise {
namespace {

using nlohmann::json;
using test::content_of;
using test::expect_refusal;
using test::json_of;
using test::ProgramResult;
using test::run_program;
using test::ScratchFolder;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// Two steps and an evaluation. With plain SGD and the penalty λ‖W‖² each step multiplies the kernels by about 2ηλ − 1, so
// that the penalty goes as η⁴ from what it was at first: at a rate of 9.87e8 it ends between 2.5 and 3.2e38 for RNN with
// both seeds and LSTM with seed 2, and at 3.6e38, beyond float32's 3.4e38, for LSTM with seed 1.
std::vector<std::string> on_the_brink(const std::string& command, const std::string& output, const std::string& rate) {
    return {command,       "--data",        "synthetic", "--limit",          "200",    "--batch-size",
            "100",         "--epochs",      "1",         "--length",         "20",     "--vocabulary-size",
            "500",         "--hidden-size", "8",         "--embedding-size", "8",      "--optimizer",
            "sgd",         "--l2",          "1",         "--learning-rate",  rate,     "--output",
            output};
}

ProgramResult compare(const std::string& output, const std::string& rate) {
    auto words = on_the_brink("compare", output, rate);
    words.insert(words.end(), {"--cells", "rnn,lstm", "--seeds", "1,2"});
    return run_program(words);
}

constexpr const char* brink = "9.87e8";

TEST(Divergence, EndsATrainingAndSaysWhere) {
    const ScratchFolder folder;
    auto words = on_the_brink("train", folder / "run", "1e30");
    const auto result = run_program(words);
    EXPECT_EQ(result.exit_code, 1) << result.errors;
    EXPECT_THAT(result.errors, ContainsRegex("LSTM seed 0: training diverged at step 2 \\(epoch 1, batch 2 of 2\\): "
                                             "loss [a-z0-9.+-]+, gradient norm "));
    EXPECT_EQ(result.output, "");
    EXPECT_FALSE(std::filesystem::exists(folder / "run" / "model.safetensors"));
    EXPECT_THAT(content_of(folder / "run" / "diverged.txt"), HasSubstr("training diverged at step 2"));
    EXPECT_THAT(run_program({"runs", "show", folder / "run"}).output, HasSubstr("training diverged at step 2"));
    expect_refusal({"report", folder / "run"}, 3, "has no result: its training diverged at step 2");
}

TEST(Divergence, LeavesTheOtherRunsOfAComparisonTheirResults) {
    const ScratchFolder folder;
    const auto result = compare(folder / "run", brink);
    EXPECT_EQ(result.exit_code, 1) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr("LSTM seed 1: training diverged: after epoch 1 the validation loss is inf"));
    EXPECT_THAT(result.errors, HasSubstr("1 of 4 runs diverged and have no figures: LSTM seed 1"));
    EXPECT_THAT(result.output, HasSubstr("1 of 2 runs of LSTM diverged (seed 1): its figures are of the others alone"));
    EXPECT_THAT(result.output, ContainsRegex("RNN Test Accuracy: 0\\.[0-9]{4} ± 0\\.[0-9]{4} \\(n = 2\\)\n"
                                             "LSTM Test Accuracy: 0\\.[0-9]{4}\n$"));
    const auto document = json::parse(content_of(folder / "run" / "comparison.json"));
    EXPECT_EQ(document["runs"].size(), 3U);
    ASSERT_EQ(document["diverged"].size(), 1U);
    EXPECT_EQ(document["diverged"][0]["cell"], "lstm");
    EXPECT_EQ(document["diverged"][0]["seed"], 1);
    EXPECT_THAT(content_of(folder / "run" / "report.html"), HasSubstr("1 of 2 runs of LSTM diverged (seed 1)"));

    const auto again = run_program({"compare", "--resume", folder / "run"});
    EXPECT_EQ(again.exit_code, 1) << again.errors;
    EXPECT_EQ(again.output.substr(again.output.find("1 of 2 runs")), result.output.substr(result.output.find("1 of 2")));

    const auto report = run_program({"report", folder / "run", "--json", "-"});
    ASSERT_EQ(report.exit_code, 0) << report.errors;
    EXPECT_THAT(report.output, HasSubstr("1 of 2 runs of LSTM diverged (seed 1)"));
    const auto runs = json_of({"runs", "show", folder / "run"})["run"]["runs"];
    ASSERT_EQ(runs.size(), 4U);
    for (const auto& run : runs) {
        const bool diverged = run["cells"][0] == "lstm" && run["seed"] == 1;
        EXPECT_EQ(run["status"], diverged ? "diverged" : "finished") << run;
        EXPECT_EQ(run.contains("problem"), diverged) << run;
    }
    EXPECT_EQ(run_program({"runs", "remove", "--yes", folder / "run"}).exit_code, 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST(Divergence, OfABaselineLeavesItOut) {
    const ScratchFolder folder;
    const auto result = run_program({"compare", "--cells", "rnn", "--baseline", "--data", "synthetic", "--limit", "150",
                                     "--length", "20", "--epochs", "2", "--batch-size", "75", "--hidden-size", "12",
                                     "--embedding-size", "10", "--quiet", "--optimizer", "sgd", "--learning-rate", "1e37",
                                     "--output", folder / "run"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr("mean of embeddings seed 0: training diverged"));
    EXPECT_THAT(result.output, HasSubstr("tfidf_logistic_regression"));
    EXPECT_THAT(result.output, Not(HasSubstr("bag_of_embeddings")));
}

TEST(Divergence, OfAllRunsLeavesNoTable) {
    const ScratchFolder folder;
    const auto result = compare(folder / "run", "1e30");
    EXPECT_EQ(result.exit_code, 1) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr("4 of 4 runs diverged and have no figures: RNN seed 1, LSTM seed 1, RNN seed 2"));
    EXPECT_EQ(result.output, "");
    EXPECT_FALSE(std::filesystem::exists(folder / "run" / "comparison.json"));
    EXPECT_THAT(run_program({"runs", "list", folder / ""}).output, HasSubstr("0/4 runs"));
}

TEST(Divergence, IsForgottenWhenTheTrainingSucceeds) {
    const ScratchFolder folder;
    ASSERT_EQ(compare(folder / "run", brink).exit_code, 1);
    const auto lstm = folder / "run" / "lstm-seed-1";
    // As if another machine had failed: what the run is gone on with has no such number.
    auto words = on_the_brink("train", folder / "healthy", "0.1");
    words.insert(words.end(), {"--seed", "1"});
    ASSERT_EQ(run_program(words).exit_code, 0);
    for (const char* name : {"config.toml", "environment.json"}) {
        std::filesystem::copy_file(folder / "healthy" / name, lstm / name,
                                   std::filesystem::copy_options::overwrite_existing);
    }
    const auto resumed = run_program({"train", "--resume", lstm});
    EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
    EXPECT_FALSE(std::filesystem::exists(lstm / "diverged.txt"));
    EXPECT_EQ(json_of({"runs", "show", lstm})["run"]["status"], "finished");
}

}  // namespace
}  // namespace cellwise
