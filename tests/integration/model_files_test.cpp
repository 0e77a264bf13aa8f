#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "integration/checks.h"
#include "integration/predicting.h"
#include "integration/program.h"
#include "integration/small_run.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::expect_refusal;
using test::probabilities;
using test::run_program;
using test::ScratchFolder;
using testing::HasSubstr;
using testing::Not;

class KerasModels : public testing::Test {
protected:
    void expect_near(const std::vector<double>& ours, const json& keras, const std::string& what) {
        ASSERT_EQ(ours.size(), keras.size()) << what;
        for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], keras[i].get<double>(), 1e-6) << what;
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

    const fs::path folder_ = fs::path(CELLWISE_SHIPPED_DATA) / "keras_models";
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

// Keras 2, an unpacked folder and PyTorch's tensors the whole way that a user goes.
TEST(ModelsOfTheWorld, AreImportedAndPredictTheSame) {
    const auto cases = fs::path(CELLWISE_SHIPPED_DATA) / "cases";
    const auto example = json::parse(test::content_of(cases / "00-base/expected.json"))["lstm"];
    const ScratchFolder scratch;
    const std::vector<std::pair<std::string, std::vector<std::string>>> files{
        {"12-legacy-h5/tf215.h5", {}},
        {"13-keras-of-tf215/tf215.keras", {}},
        {"14-legacy-weights/weights.h5", {"--length", "9"}},
        {"15-unzipped-keras/unzipped.keras", {}},
        {"17-dropout-in-cells/imdb_lstm.keras", {}},
        {"18-mixed-precision/double.weights.h5", {"--length", "9"}},
        {"19-functional/functional.keras", {}},
        {"19-functional/softmax2.keras", {}},
        {"36-torch-files/model.safetensors", {"--stack", "lstm:4", "--length", "9"}}};
    for (const auto& [name, flags] : files) {
        const auto run = (scratch / name).string();
        std::vector<std::string> words{"import", (cases / name).string(), "--output", run};
        words.insert(words.end(), flags.begin(), flags.end());
        const auto imported = run_program(words);
        ASSERT_EQ(imported.exit_code, 0) << imported.errors;
        const auto predicted = probabilities(run, example["ids"]);
        for (std::size_t i = 0; i < predicted.size(); ++i) {
            EXPECT_NEAR(predicted[i], example["probability"][i].get<double>(), 1e-5) << name;
        }
    }
    expect_refusal({"evaluate", (cases / "12-legacy-h5/keras224-cudnn-gru.h5").string()}, 3, "CuDNNGRU");
    expect_refusal({"predict", "--model", (cases / "36-torch-files/saved_model").string(), "good"}, 3, "SavedModel");
    expect_refusal({"import", (cases / "36-torch-files/model.safetensors").string()}, 2, "--stack lstm:4");
}

TEST(ExportOfRuns, ResetBeforeIsNoGruOfPytorch) {
    const ScratchFolder scratch;
    const auto run = (scratch / "run").string();
    test::make_small_run("60", "train", run, {"--cell", "gru", "--gru-reset", "before"});
    for (const auto* format : {"pytorch", "safetensors"}) {
        expect_refusal({"export", run, "--format", format, "--output", (scratch / "x").string()}, 2,
                       "torch.nn.GRU cannot represent");
    }
    EXPECT_EQ(run_program({"export", run, "--format", "keras", "--output", (scratch / "x.keras").string()}).exit_code,
              0);
}

TEST(ExportOfRuns, Float64StaysOrIsSaidToBeRounded) {
    const ScratchFolder scratch;
    const auto run = (scratch / "run").string();
    test::make_small_run("60", "train", run, {"--cell", "lstm", "--precision", "float64"});
    const auto exported = [&](const std::string& format, const std::string& name) {
        const auto result = run_program({"export", run, "--format", format, "--output", (scratch / name).string()});
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        return result.errors;
    };
    EXPECT_THAT(exported("safetensors", "x.safetensors"), Not(HasSubstr("rounded")));
    EXPECT_EQ(test::content_of(scratch / "x.safetensors").find("\"F32\""), std::string::npos);
    EXPECT_THAT(exported("keras", "x.keras"), HasSubstr("float64: rounded to float32"));
    EXPECT_THAT(exported("keras", "y.keras"), HasSubstr("rounded"));
    EXPECT_EQ(test::content_of(scratch / "x.keras"), test::content_of(scratch / "y.keras"));
    // Weights rounded to seven digits would move the loss by more.
    const auto result = json::parse(test::content_of(fs::path(run) / "result.json"));
    const auto evaluated = run_program({"evaluate", run, "--limit", "60", "--json", "-"});
    ASSERT_EQ(evaluated.exit_code, 0) << evaluated.errors;
    EXPECT_NEAR(json::parse(evaluated.output)["test_loss"].get<double>(), result["test_loss"].get<double>(), 1e-12);
}

}  // namespace
}  // namespace cellwise
