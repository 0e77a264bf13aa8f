#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/brink.h"
#include "integration/checks.h"
#include "integration/program.h"

// Trainings whose numbers leave the range of float32.
namespace cellwise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::content_of;
using test::expect_refusal;
using test::json_of;
using test::ProgramResult;
using test::run_program;
using test::ScratchFolder;
using test::two_steps;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

ProgramResult compare(const std::string& output, const std::string& rate) {
    return run_program(two_steps("compare", output, rate, {"--cells", "rnn,lstm", "--seeds", "1,2"}));
}

constexpr const char* note = "1 of 2 runs of LSTM diverged (seed 1): its figures are of the others alone";

TEST(Divergence, EndsATrainingAndSaysWhere) {
    const ScratchFolder folder;
    const auto result = run_program(two_steps("train", folder / "run", "1e30"));
    EXPECT_EQ(result.exit_code, 1) << result.errors;
    EXPECT_THAT(result.errors, ContainsRegex("LSTM seed 0: training diverged at step 2 \\(epoch 1, batch 2 of 2\\): "
                                             "loss [a-z0-9.+-]+, gradient norm "));
    EXPECT_EQ(result.output, "");
    EXPECT_FALSE(fs::exists(folder / "run" / "model.safetensors"));
    EXPECT_THAT(content_of(folder / "run" / "diverged.txt"), HasSubstr("training diverged at step 2"));
    EXPECT_THAT(run_program({"runs", "show", folder / "run"}).output, HasSubstr("training diverged at step 2"));
    expect_refusal({"report", folder / "run"}, 3, "has no result: its training diverged at step 2");
    expect_refusal({"train", "--resume", folder / "run"}, 1, "LSTM seed 0: training diverged at step 2");
}

TEST(Divergence, LeavesTheOtherRunsOfAComparisonTheirResults) {
    const ScratchFolder folder;
    const auto result = compare(folder / "run", test::brink);
    EXPECT_EQ(result.exit_code, 1) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr("LSTM seed 1: training diverged: after epoch 1 the validation loss is inf"));
    EXPECT_THAT(result.errors, HasSubstr("of 4 runs in '" + (folder / "run").string() +
                                         "' 1 diverged, without figures: LSTM seed 1. Its training diverged: after"));
    EXPECT_THAT(result.output, HasSubstr(note));
    EXPECT_THAT(result.output, ContainsRegex("RNN Test Accuracy: 0\\.[0-9]{4} ± 0\\.[0-9]{4} \\(n = 2\\)\n"
                                             "LSTM Test Accuracy: 0\\.[0-9]{4}\n$"));
    const auto document = json::parse(content_of(folder / "run" / "comparison.json"));
    EXPECT_EQ(document["runs"].size(), 3U);
    ASSERT_EQ(document["diverged"].size(), 1U);
    EXPECT_EQ(document["diverged"][0]["cell"], "lstm");
    EXPECT_EQ(document["diverged"][0]["seed"], 1);
    EXPECT_THAT(content_of(folder / "run" / "report.html"), HasSubstr(note));

    const auto report = run_program({"report", folder / "run"});
    EXPECT_EQ(report.exit_code, 0) << report.errors;
    EXPECT_THAT(report.output, HasSubstr(note));
    EXPECT_THAT(content_of(folder / "run" / "report.html"), HasSubstr(note));
    const auto runs = json_of({"runs", "show", folder / "run"})["run"]["runs"];
    ASSERT_EQ(runs.size(), 4U);
    for (const auto& run : runs) {
        const bool diverged = run["cells"][0] == "lstm" && run["seed"] == 1;
        EXPECT_EQ(run["status"], diverged ? "diverged" : "finished") << run;
        EXPECT_EQ(run.contains("problem"), diverged) << run;
    }
    EXPECT_THAT(run_program({"runs", "show", folder / "run"}).output, HasSubstr("the validation loss is inf"));
    expect_refusal({"reproduction", folder / "run" / "comparison.json", "--reference", folder / "none"}, 3,
                   "1 of its runs diverged");
    EXPECT_EQ(run_program({"runs", "remove", "--yes", folder / "run"}).exit_code, 0);
    EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(Divergence, IsNotTriedAgainWhenAComparisonIsGoneOnWith) {
    const ScratchFolder folder;
    const auto first = compare(folder / "run", test::brink);
    ASSERT_EQ(first.exit_code, 1) << first.errors;
    // Only what is missing is trained: a training of LSTM seed 1 would end with another reason than this one.
    const auto kept = folder / "run" / "lstm-seed-1" / "diverged.txt";
    std::ofstream(kept) << "training diverged on \x1b[31manother\xff machine\n";
    fs::remove_all(folder / "run" / "simple_rnn-seed-2");
    const auto again = run_program({"compare", "--resume", folder / "run"});
    EXPECT_EQ(again.exit_code, 1) << again.errors;
    EXPECT_THAT(again.errors, HasSubstr("Its training diverged on \\x1b[31manother\\xff machine"));
    EXPECT_EQ(again.output.substr(again.output.find(note)), first.output.substr(first.output.find(note)));
    EXPECT_THAT(json_of({"runs", "show", folder / "run"})["run"]["runs"][0]["problem"], HasSubstr("another"));

    fs::remove(kept);
    const auto retried = run_program({"compare", "--resume", folder / "run"});
    EXPECT_EQ(retried.exit_code, 1) << retried.errors;
    EXPECT_THAT(content_of(kept), HasSubstr("after epoch 1 the validation loss is inf"));
}

TEST(Divergence, LeavesTheLastHealthyCheckpoint) {
    const ScratchFolder folder;
    // The first update already gives weights that are not finite; the next step finds it.
    const auto result = run_program(two_steps("train", folder / "run", "1e39", {"--checkpoint-every", "1"}));
    EXPECT_EQ(result.exit_code, 1) << result.errors;
    EXPECT_THAT(content_of(folder / "run" / "diverged.txt"), HasSubstr("at step 2"));
    EXPECT_FALSE(fs::exists(folder / "run" / "checkpoint.safetensors"));
    fs::remove(folder / "run" / "diverged.txt");
    const auto again = run_program({"train", "--resume", folder / "run"});
    EXPECT_EQ(again.exit_code, 1) << again.errors;
    EXPECT_THAT(again.errors, HasSubstr("training diverged at step 2"));
}

TEST(Divergence, OfOneComparisonIsNotCountedWithAnother) {
    const ScratchFolder folder;
    ASSERT_EQ(compare(folder / "bad", test::brink).exit_code, 1);
    ASSERT_EQ(compare(folder / "good", "0.1").exit_code, 0);
    const auto report =
        run_program({"report", folder / "bad", folder / "good", "--output", folder / "both.html", "--json", "-"});
    ASSERT_EQ(report.exit_code, 0) << report.errors;
    const auto notes = json::parse(report.output)["notes"].dump();
    EXPECT_THAT(notes, HasSubstr((folder / "bad").string() + ": " + note));
    EXPECT_THAT(notes, Not(HasSubstr("of 4 runs")));
}

TEST(Divergence, OfABaselineLeavesItOutWithANote) {
    const ScratchFolder folder;
    const auto result = run_program({"compare",
                                     "--cells",
                                     "rnn",
                                     "--baseline",
                                     "--data",
                                     "synthetic",
                                     "--limit",
                                     "150",
                                     "--length",
                                     "20",
                                     "--epochs",
                                     "2",
                                     "--batch-size",
                                     "75",
                                     "--hidden-size",
                                     "12",
                                     "--embedding-size",
                                     "10",
                                     "--quiet",
                                     "--optimizer",
                                     "sgd",
                                     "--learning-rate",
                                     "1e37",
                                     "--output",
                                     folder / "run"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("bag_of_embeddings with seed 0 is left out: training diverged"));
    EXPECT_THAT(result.output, HasSubstr("tfidf_logistic_regression"));
    EXPECT_THAT(result.output, Not(HasSubstr("bag_of_embeddings  ")));
    EXPECT_EQ(json::parse(content_of(folder / "run" / "comparison.json"))["notes"].size(), 1U);
    EXPECT_THAT(content_of(folder / "run" / "report.html"), HasSubstr("bag_of_embeddings with seed 0 is left out"));
}

TEST(Divergence, OfAllRunsLeavesNoTable) {
    const ScratchFolder folder;
    const auto result = compare(folder / "run", "1e30");
    EXPECT_EQ(result.exit_code, 1) << result.errors;
    EXPECT_THAT(result.errors,
                HasSubstr("4 diverged, without figures: RNN seed 1, LSTM seed 1, RNN seed 2, LSTM seed 2. "
                          "Each folder's diverged.txt says why; the first one's training diverged at step"));
    EXPECT_EQ(result.output,
              "On the SYNTHETIC review corpus, not on real reviews:\n"
              "2 of 2 runs of RNN diverged (seeds 1, 2): it has no figures.\n"
              "2 of 2 runs of LSTM diverged (seeds 1, 2): it has no figures.\n");
    EXPECT_EQ(json::parse(content_of(folder / "run" / "comparison.json"))["diverged"].size(), 4U);
    EXPECT_THAT(run_program({"runs", "list", folder / ""}).output, HasSubstr("0/4 runs"));
    expect_refusal({"report", folder / "run"}, 3, "no run of the comparison");
}

}  // namespace
}  // namespace cellwise
