#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::expect_refusal;
using test::run_program;
using test::ScratchFolder;
using testing::HasSubstr;
using testing::Not;

std::string spaced(const json& ids) {
    std::string text;
    for (const auto& id : ids) text += std::to_string(id.get<int>()) + " ";
    return text;
}

/// predict --ids of some rows: the probabilities.
std::vector<double> probabilities(const std::string& model, const json& rows, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"predict", "--model", model, "--ids", "--json", "-"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    for (const auto& row : rows) arguments.push_back(spaced(row));
    const auto result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    std::vector<double> found;
    if (result.exit_code != 0) return found;
    const auto document = json::parse(result.output);
    for (const auto& prediction : document["predictions"]) {
        found.push_back(prediction["probability"].get<double>());
    }
    return found;
}

class KerasModels : public testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(folder_)) GTEST_SKIP() << folder_ << " is not here";
    }
    void expect_near(const std::vector<double>& ours, const json& keras, const std::string& what) {
        ASSERT_EQ(ours.size(), keras.size()) << what;
        for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], keras[i].get<double>(), 1e-6) << what;
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

    const fs::path folder_ = fs::path(CELLWISE_TEST_DATA) / "keras_models";
    const ScratchFolder scratch_;
};

// expected.json holds what Keras itself predicted.
TEST_F(KerasModels, FilesAndTheRunsImportedFromThemPredictAsKerasDid) {
    const auto expected = json::parse(test::content_of(folder_ / "expected.json"));
    int checked = 0;
    for (const auto& [name, example] : expected.items()) {
        if (name.starts_with("refuse_")) continue;
        const auto& ids = example["ids"];
        expect_near(probabilities(path(name + ".keras"), ids), example["probability"], name + ".keras");
        expect_near(probabilities(path(name + ".weights.h5"), ids, {"--length", "9"}), example["probability"],
                    name + ".weights.h5");
        const auto run = (scratch_ / name).string();
        const auto imported = run_program({"import", path(name + ".keras"), "--output", run, "--json", "-"});
        ASSERT_EQ(imported.exit_code, 0) << imported.errors;
        EXPECT_EQ(json::parse(imported.output)["length"], 9);
        expect_near(probabilities(run, ids), example["probability"], "the run of " + name);
        ++checked;
    }
    EXPECT_EQ(checked, 10);
}

TEST_F(KerasModels, WhatCannotBeRepresentedIsRefusedByName) {
    for (const std::string command : {"import", "evaluate", "export"}) {
        std::vector<std::string> arguments{command, path("refuse_mask_zero.keras")};
        if (command == "export") arguments.insert(arguments.end(), {"--format", "keras"});
        expect_refusal(arguments, 3, "mask_zero=true cannot be represented");
    }
    expect_refusal({"predict", "--model", path("refuse_relu.keras"), "good"}, 3, "activation=\"relu\"");
    expect_refusal({"export", path("gru_reset_before.keras"), "--format", "pytorch"}, 2,
                   "torch.nn.GRU cannot represent");
    expect_refusal({"export", path("gru_reset_before.keras"), "--format", "safetensors"}, 2, "reset_after=False");
}

TEST_F(KerasModels, WeightsTakeTheirLayersFromARunOrAFlag) {
    const auto run = (scratch_ / "run").string();
    ASSERT_EQ(run_program({"import", path("stacked_gru.keras"), "--output", run}).exit_code, 0);
    const auto example = json::parse(test::content_of(folder_ / "expected.json"))["stacked_gru"];
    const auto weights = path("stacked_gru.weights.h5");
    const std::vector<std::string> by_run{"--config", run};  // the length too
    expect_near(probabilities(weights, example["ids"], by_run), example["probability"], "--config");
    expect_refusal({"predict", "--model", weights, "--stack", "gru:5", "--ids", "1"}, 3, "the model's layers need");
    expect_refusal({"predict", "--model", weights, "--stack", "gru", "--ids", "1"}, 2, "CELL:SIZE");
    expect_refusal({"predict", "--model", path("gru.keras"), "--stack", "gru:4", "--ids", "1"}, 2, "is a .keras file");
    expect_refusal({"predict", "--model", weights, "--stack", "gru:4", "--config", run, "--ids", "1"}, 2, "not both");
    expect_refusal({"predict", "--model", run, "--stack", "gru:4", "--ids", "1"}, 2, "has its own layers");
}

TEST_F(KerasModels, ExportsReadBackTheSame) {
    const auto expected = json::parse(test::content_of(folder_ / "expected.json"));
    for (const std::string name : {"bidirectional_stacked_simple_rnn", "gru_reset_before", "lstm_batch_norm"}) {
        for (const std::string format : {"keras", "weights.h5"}) {
            const auto file = (scratch_ / (name + "." + format)).string();
            const auto result = run_program({"export", path(name + ".keras"), "--format", format, "--output", file});
            ASSERT_EQ(result.exit_code, 0) << result.errors;
            expect_near(probabilities(file, expected[name]["ids"], {"--length", "9"}), expected[name]["probability"],
                        file);
        }
    }
    // The length comes back although the exported model takes rows of any.
    const auto result = run_program({"import", (scratch_ / "lstm_batch_norm.keras").string(), "--output",
                                     (scratch_ / "run").string(), "--json", "-"});
    EXPECT_EQ(json::parse(result.output)["length"], 9) << result.errors;
    expect_refusal({"export", path("lstm.keras"), "--format", "onnx"}, 2, "--format 'onnx' is unknown");
    expect_refusal({"export", path("lstm.keras"), "--format", "keras", "--output", (scratch_ / "a.h5").string()}, 2,
                   "ends with .keras");
}

class Predict : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new ScratchFolder();
        const auto result = run_program({"train", "--cell", "gru", "--data", "synthetic", "--limit", "200", "--epochs",
                                         "1", "--length", "30", "--hidden-size", "6", "--embedding-size", "4",
                                         "--vocabulary-size", "40", "--output", run()});
        ASSERT_EQ(result.exit_code, 0) << result.errors;
    }
    static void TearDownTestSuite() { delete folder_; }
    static std::string run() { return (*folder_ / "run").string(); }
    static std::string file(const std::string& name, const std::string& bytes) {
        std::ofstream(*folder_ / name, std::ios::binary) << bytes;
        return (*folder_ / name).string();
    }
    /// The words of the run by rank.
    static std::vector<std::string> words() {
        return json::parse(test::content_of(fs::path(run()) / "vocabulary.json")).get<std::vector<std::string>>();
    }

private:
    static inline ScratchFolder* folder_ = nullptr;
};

TEST_F(Predict, WordsBecomeTheIdsThatTrainingUsed) {
    const auto known = words();
    ASSERT_GT(known.size(), 40U) << "the vocabulary must hold the words beyond the model's too";
    // Start token 1; rank r is id r + 3; ids from 40 are 2; words in no vocabulary are dropped.
    const auto text = known[0] + " qqqq " + known[4] + ", " + known[39] + "!";
    const auto result = run_program({"predict", "--model", run(), text, "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto prediction = json::parse(result.output)["predictions"][0];
    EXPECT_EQ(prediction["words"], 4);
    EXPECT_EQ(prediction["unknown_words"], 2);
    EXPECT_EQ(prediction["unknown_share"], 0.5);
    EXPECT_EQ(prediction["text"], text);
    EXPECT_EQ(prediction["label"], prediction["probability"].get<double>() > 0.5 ? "positive" : "negative");
    EXPECT_EQ(probabilities(run(), json{{1, 4, 8, 2}})[0], prediction["probability"].get<double>());
}

TEST_F(Predict, ReadsALineEachAndKeepsTheirOrder) {
    std::string lines;
    std::vector<std::string> arguments{"predict", "--model", run(), "--json", "-"};
    for (int i = 0; i < 20; ++i) {
        const auto text = words()[static_cast<std::size_t>(i)] + " film";
        lines += text + (i % 2 == 0 ? "\r\n" : "\n");
        arguments.push_back(text);
    }
    const auto by_file =
        run_program({"predict", "--model", run(), "--json", "-", "--file", file("reviews.txt", lines)});
    ASSERT_EQ(by_file.exit_code, 0) << by_file.errors;
    EXPECT_EQ(json::parse(by_file.output), json::parse(run_program(arguments).output));
    EXPECT_EQ(json::parse(by_file.output)["predictions"].size(), 20U);
}

TEST_F(Predict, SaysWhatItCannotTell) {
    const auto result = run_program({"predict", "--model", run(), "qqqq", words()[0]});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.errors, HasSubstr("1 of 2 texts have no word that the model knows"));
    EXPECT_THAT(result.output, HasSubstr("100.0% unknown  qqqq\n"));
}

TEST_F(Predict, BadInputIsNamed) {
    expect_refusal({"predict", "--model", run(), ""}, 2, "is empty");
    expect_refusal({"predict", "--model", run(), "\xff"}, 2, "not UTF-8");
    expect_refusal({"predict", "--model", run(), "--file", file("bad.txt", "good\nb\xff\n")}, 3,
                   "bad.txt', line 2: not UTF-8 at its byte 2");
    expect_refusal({"predict", "--model", run(), "--file", "nowhere.txt"}, 3, "nowhere.txt");
    expect_refusal({"predict", "--model", run(), "--file", "x", "text"}, 2, "not both");
    expect_refusal({"predict", "--model", "nowhere", "text"}, 3, "there is no run folder or model file 'nowhere'");
    expect_refusal({"predict", "text"}, 2, "--model");
    expect_refusal({"predict", "--model", run(), "--ids", "1 40"}, 3, "review 1: '40' is no id");
    expect_refusal({"predict", "--model", run(), "--ids", "1 x"}, 3, "'x' is no id");
    expect_refusal({"predict", "--model", run(), "--length", "-1", "text"}, 2, "--length is -1");
    expect_refusal({"predict", "--model", run(), "--vocabulary", file("words.json", "{\"a\": 2}"), "a"}, 3,
                   "words.json");
    expect_refusal({"import", run(), "--output", run() + "2"}, 2, "is a folder");
}

TEST_F(Predict, AKerasFileWithoutWordsSaysSo) {
    const auto keras = run() + ".keras";
    ASSERT_EQ(run_program({"export", run(), "--format", "keras", "--output", keras}).exit_code, 0);
    const auto empty = file("note", "");
    expect_refusal({"predict", "--model", keras, "--data", empty, "text"}, 3, "there are no words for");
    const auto vocabulary = (fs::path(run()) / "vocabulary.json").string();
    const auto with = run_program({"predict", "--model", keras, "--vocabulary", vocabulary, words()[7]});
    EXPECT_EQ(with.exit_code, 0) << with.errors;
    EXPECT_EQ(with.output, run_program({"predict", "--model", run(), words()[7]}).output);
}

TEST_F(Predict, EvaluatingAnExportIsEvaluatingTheRun) {
    const auto keras = run() + "-again.keras";
    ASSERT_EQ(run_program({"export", run(), "--format", "keras", "--output", keras}).exit_code, 0);
    const auto of = [](const std::string& model) {
        const auto result = run_program({"evaluate", model, "--data", "synthetic", "--limit", "300", "--json", "-"});
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        return json::parse(result.output);
    };
    const auto run_result = of(run()), file_result = of(keras);
    EXPECT_EQ(run_result["test_accuracy"], file_result["test_accuracy"]);
    EXPECT_EQ(run_result["test_loss"], file_result["test_loss"]);
    EXPECT_EQ(file_result["cell"], "gru");
}

}  // namespace
}  // namespace cellwise
