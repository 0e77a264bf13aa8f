#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"

namespace cellwise {
namespace {

using nlohmann::json;
using test::content_of;
using test::expect_refusal;
using test::ProgramResult;
using test::run_program;
using test::ScratchFolder;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// A comparison of a second or two on the built-in reviews.
std::vector<std::string> quick(const std::string& command, const std::string& output) {
    return {command, "--data",        "synthetic", "--limit",          "200", "--epochs", "2",   "--length",
            "40",    "--hidden-size", "8",         "--embedding-size", "8",   "--output", output};
}

ProgramResult run_quick(const std::string& command, const ScratchFolder& folder, std::vector<std::string> more = {}) {
    auto arguments = quick(command, folder / "run");
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
}

TEST(Compare, PrintsTheTableAndTheTutorialsLinesLast) {
    const ScratchFolder folder;
    const auto result = run_quick("compare", folder);
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("SYNTHETIC"));
    EXPECT_THAT(result.output, ContainsRegex("RNN Test Accuracy: 0\\.[0-9]{4}\nLSTM Test Accuracy: 0\\.[0-9]{4}\n"
                                             "GRU Test Accuracy: 0\\.[0-9]{4}\n$"));
    EXPECT_THAT(result.errors, HasSubstr("LSTM seed 0  epoch 2/2"));
    for (const char* cell : {"simple_rnn", "lstm", "gru"}) {
        for (const char* file :
             {"model.safetensors", "config.toml", "vocabulary.json", "metrics.csv", "metrics.jsonl"}) {
            EXPECT_TRUE(std::filesystem::exists(folder / "run" / cell / file)) << cell << "/" << file;
        }
    }
}

TEST(Compare, WritesItsJsonAloneOnStandardOutput) {
    const ScratchFolder folder;
    const auto result = run_quick("compare", folder, {"--json", "-", "--seeds", "3,5", "--cells", "gru,rnn"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto document = json::parse(result.output);
    EXPECT_THAT(result.errors, HasSubstr("GRU Test Accuracy"));
    EXPECT_TRUE(document["data"]["synthetic"].get<bool>());
    EXPECT_EQ(document["configuration"]["hidden_size"], 8);
    ASSERT_EQ(document["runs"].size(), 4U);
    for (const auto& run : document["runs"]) {
        ASSERT_EQ(run["epochs"].size(), 2U);
        for (const char* key :
             {"epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "train_seconds", "test_seconds"}) {
            EXPECT_TRUE(run["epochs"][0].contains(key)) << key;
        }
        EXPECT_EQ(run["test_accuracy"], run["epochs"][1]["test_accuracy"]);
    }
    ASSERT_EQ(document["summary"].size(), 2U);
    const auto& summary = document["summary"][0];
    std::vector<double> accuracies;
    for (const auto& run : document["runs"]) {
        if (run["cell"] == summary["cell"]) accuracies.push_back(run["test_accuracy"]);
    }
    ASSERT_EQ(accuracies.size(), 2U);
    EXPECT_NEAR(summary["mean_accuracy"].get<double>(), (accuracies[0] + accuracies[1]) / 2, 1e-12);
    EXPECT_NEAR(summary["std_accuracy"].get<double>(), std::abs(accuracies[0] - accuracies[1]) / std::sqrt(2.0), 1e-12);
}

TEST(Compare, RepeatsBitForBitAndFromItsOwnConfiguration) {
    const ScratchFolder a, b, c;
    ASSERT_EQ(run_quick("train", a, {"--cell", "lstm", "--seed", "4", "--dropout", "0.2"}).exit_code, 0);
    ASSERT_EQ(run_quick("train", b, {"--cell", "lstm", "--seed", "4", "--dropout", "0.2"}).exit_code, 0);
    const auto again = run_program({"train", "--config", a / "run" / "config.toml", "--output", c / "run"});
    ASSERT_EQ(again.exit_code, 0) << again.errors;
    const auto model = content_of(a / "run" / "model.safetensors");
    EXPECT_EQ(model, content_of(b / "run" / "model.safetensors"));
    EXPECT_EQ(model, content_of(c / "run" / "model.safetensors"));
}

TEST(Compare, EvaluateAndSummaryReadTheRunBack) {
    const ScratchFolder folder;
    const auto trained = run_quick("train", folder, {"--cell", "gru", "--json", folder / "train.json"});
    ASSERT_EQ(trained.exit_code, 0) << trained.errors;
    const auto document = json::parse(content_of(folder / "train.json"));
    const auto evaluated = run_program({"evaluate", folder / "run", "--limit", "200", "--json", "-"});
    ASSERT_EQ(evaluated.exit_code, 0) << evaluated.errors;
    EXPECT_NEAR(json::parse(evaluated.output)["test_loss"].get<double>(),
                document["runs"][0]["test_loss"].get<double>(), 1e-6);
    EXPECT_EQ(json::parse(evaluated.output)["test_accuracy"], document["runs"][0]["test_accuracy"]);
    const auto summary = run_program({"summary", folder / "run"});
    EXPECT_EQ(summary.exit_code, 0);
    EXPECT_THAT(summary.output, HasSubstr("recurrent_0.cell.weight_hh_l0"));
}

TEST(Compare, KeepsTheTestReviewsUntouchedWithAValidationSplit) {
    const ScratchFolder folder;
    const auto trained = run_quick("train", folder,
                                   {"--validation-split", "0.25", "--schedule", "cosine", "--early-stopping", "1",
                                    "--json", folder / "train.json"});
    ASSERT_EQ(trained.exit_code, 0) << trained.errors;
    EXPECT_THAT(trained.output, HasSubstr("the test reviews were used once, at the end"));
    EXPECT_THAT(content_of(folder / "run" / "metrics.csv"), HasSubstr("validation_loss,validation_accuracy"));
    const auto document = json::parse(content_of(folder / "train.json"));
    EXPECT_EQ(document["data"]["train_reviews"], 150);
    EXPECT_EQ(document["data"]["validation_reviews"], 50);
    const auto& run = document["runs"][0];
    EXPECT_TRUE(run["epochs"][0].contains("validation_accuracy"));
    EXPECT_FALSE(run["epochs"][0].contains("test_accuracy"));
    const auto evaluated = run_program({"evaluate", folder / "run", "--limit", "200", "--json", "-"});
    EXPECT_EQ(json::parse(evaluated.output)["test_accuracy"], run["test_accuracy"]);
}

TEST(Compare, SaysWhatTheTestFiguresAreWorth) {
    const ScratchFolder a, b;
    EXPECT_THAT(run_quick("train", a, {"--epochs", "1"}).output, HasSubstr("Validation = test, as in the tutorial"));
    EXPECT_THAT(run_quick("train", b, {"--epochs", "1", "--early-stopping", "1"}).output, HasSubstr("CAUTION"));
}

TEST(Compare, RunsEveryOptionOfTheModel) {
    const std::vector<std::vector<std::string>> variants = {
        {"--preset", "clipped"},
        {"--preset", "regularised", "--weight-decay-mode", "decoupled"},
        {"--layers", "2", "--bidirectional", "--dropout", "0.3"},
        {"--gru-reset", "before", "--optimizer", "sgd", "--momentum", "0.9", "--global-clip-norm", "0.5"},
        {"--l2", "0.001", "--batch-norm", "--precision", "float64"},
        {"--engine", "torch", "--batch-size", "199"},  // a last batch of one
    };
    for (const auto& variant : variants) {
        const ScratchFolder folder;
        const auto result = run_quick("compare", folder, variant);
        EXPECT_EQ(result.exit_code, 0) << variant[0] << " " << variant[1] << ": " << result.errors;
        EXPECT_THAT(result.output, Not(HasSubstr("nan")));
    }
}

TEST(Compare, SaysWhichEngineComputes) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{}, "engine: fused\n"},
        {{"--engine", "torch"}, "engine: torch\n"},
        {{"--engine", "fused", "--precision", "float64"},
         "engine: torch (the fused kernels compute in float32 only)\n"},
    };
    for (const auto& [flags, line] : cases) {
        const ScratchFolder folder;
        const auto result = run_quick("train", folder, flags);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        EXPECT_THAT(result.errors, HasSubstr(line));
    }
}

TEST(Compare, RefusesWrongUsage) {
    const ScratchFolder folder;
    const auto refuse = [&](std::vector<std::string> more, const std::string& message) {
        auto arguments = quick("compare", folder / "run");
        arguments.insert(arguments.end(), more.begin(), more.end());
        expect_refusal(arguments, 2, message);
    };
    refuse({"--cells", "lstm,transformer"}, "unknown cell 'transformer'");
    refuse({"--hiden-size", "3"}, "--hiden-size");
    refuse({"--epochs", "0"}, "--epochs is 0");
    refuse({"--batch-size", "0"}, "--batch-size is 0");
    refuse({"--layers", "many"}, "--layers: 'many' is not a whole number");
    refuse({"--vocabulary-size", "0"}, "--vocabulary-size");
    refuse({"--length", "0"}, "--length is 0");
    refuse({"--learning-rate", "nan"}, "--learning-rate");
    refuse({"--validation-split", "1"}, "--validation-split is 1");
    refuse({"--schedule", "linear"}, "choose from constant, step, cosine, plateau");
    refuse({"--early-stopping", "-1"}, "--early-stopping is -1");
    refuse({"--preset", "deluxe"}, "--preset 'deluxe' is unknown");
    refuse({"--clip-norm", "1", "--global-clip-norm", "1"}, "exclude each other");
    refuse({"--device", "tpu"}, "--device 'tpu' is unknown");
    refuse({"--seeds", "0"}, "--seeds is 0");
    refuse({"--seeds", "1,1"}, "names a seed twice");
    EXPECT_FALSE(std::filesystem::exists(folder / "run")) << "nothing may be left behind";
    expect_refusal({"comparee"}, 2, "there is no command 'comparee'");
    auto large = quick("compare", folder / "run");
    large.insert(large.end(), {"--vocabulary-size", "99999999", "--embedding-size", "99999999"});
    expect_refusal(large, 4, "this machine has");
    const auto alone = run_program({});
    EXPECT_EQ(alone.exit_code, 0) << alone.errors;
    EXPECT_THAT(alone.output, HasSubstr("compare"));
}

TEST(Compare, RefusesWhatTheMachineLacks) {
    const ScratchFolder folder;
    if (!std::filesystem::exists("/dev/nvidiactl")) {
        auto arguments = quick("compare", folder / "run");
        arguments.insert(arguments.end(), {"--device", "cuda"});
        expect_refusal(arguments, 4, "--device cuda");
    }
    std::ofstream(folder / "file") << "not a folder";
    expect_refusal(quick("compare", folder / "file" / "run"), 4, "cannot make the folder");
    auto arguments = quick("compare", folder / "run");
    arguments.insert(arguments.end(), {"--json", folder / "absent" / "results.json"});
    expect_refusal(arguments, 4, "results.json");
}

TEST(Compare, NeverOverwritesARun) {
    const ScratchFolder folder;
    ASSERT_EQ(run_quick("train", folder, {"--epochs", "1"}).exit_code, 0);
    const auto before = content_of(folder / "run" / "model.safetensors");
    expect_refusal(quick("train", folder / "run"), 2, "already holds a run");
    EXPECT_EQ(content_of(folder / "run" / "model.safetensors"), before);
}

TEST(Compare, NamesTheBrokenFile) {
    const ScratchFolder folder;
    ASSERT_EQ(run_quick("train", folder, {"--epochs", "1"}).exit_code, 0);
    expect_refusal({"evaluate", folder / "absent"}, 3, "there is no run folder");
    expect_refusal({"train", "--config", folder / "absent.toml"}, 3, "absent.toml");
    std::ofstream(folder / "broken.toml") << "epochs = = 3\n";
    expect_refusal({"train", "--config", folder / "broken.toml"}, 3, "line 1");
    std::ofstream(folder / "unknown.toml") << "epoch = 3\n";
    expect_refusal({"train", "--config", folder / "unknown.toml"}, 2, "there is no setting 'epoch'");

    const auto model = content_of(folder / "run" / "model.safetensors");
    for (const std::size_t kept :
         {std::size_t{0}, std::size_t{5}, std::size_t{200}, model.size() / 2, model.size() - 1}) {
        std::ofstream(folder / "run" / "model.safetensors", std::ios::binary) << model.substr(0, kept);
        expect_refusal({"evaluate", folder / "run"}, 3, "model.safetensors");
    }
}

// The whole of the data set's path: `--limit` keeps it quick.
TEST(CompareOnRealReviews, LearnsFromThem) {
    const std::filesystem::path data = CELLWISE_TEST_DATA;
    if (!std::filesystem::exists(data / "imdb.npz")) GTEST_SKIP() << "the IMDB reviews are not in " << data;
    const ScratchFolder folder;
    const auto result = run_program({"compare", "--data", data, "--limit", "1500", "--cells", "lstm", "--length", "100",
                                     "--epochs", "4", "--json", "-", "--output", folder / "run"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto document = json::parse(result.output);
    EXPECT_FALSE(document["data"]["synthetic"].get<bool>());
    EXPECT_EQ(document["data"]["train_reviews"], 1500);
    EXPECT_GT(document["runs"][0]["test_accuracy"].get<double>(), 0.6);  // chance: 0.5 ± 0.013
}

TEST(Train, NamesAllCellsOfAMixedStack) {
    const ScratchFolder folder;
    const auto run = (folder / "run").string();
    const auto trained =
        run_program({"train", "--cell", "gru", "--stack", "lstm:6,gru:4", "--data", "synthetic", "--limit", "60",
                     "--epochs", "1", "--length", "20", "--vocabulary-size", "50", "--output", run});
    ASSERT_EQ(trained.exit_code, 0) << trained.errors;
    EXPECT_THAT(trained.output, AllOf(HasSubstr("\nLSTM + GRU  "), HasSubstr("\nLSTM + GRU Test Accuracy: ")));
    EXPECT_THAT(run_program({"evaluate", run}).output, HasSubstr("\nLSTM + GRU Test Accuracy: "));
    EXPECT_THAT(run_program({"summary", run}).output, HasSubstr("LSTM + GRU, "));
    EXPECT_THAT(run_program({"runs", "list", (folder / "").string()}).output, HasSubstr("LSTM + GRU"));
    EXPECT_THAT(content_of(folder / "run" / "report.html"), HasSubstr("LSTM + GRU"));
}

}  // namespace
}  // namespace cellwise
