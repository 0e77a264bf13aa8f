#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using test::run_program;
using test::ScratchFolder;
using testing::AllOf;
using testing::HasSubstr;

json json_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "gates");
    return test::json_of(std::move(arguments));
}

void expect_refusal(std::vector<std::string> arguments, int exit_code, const std::string& message) {
    arguments.insert(arguments.begin(), "gates");
    test::expect_refusal(arguments, exit_code, message);
}

/// W·x + U·h + b of one unit, straight from the JSON.
double pre_activation(const json& document, const std::string& gate, std::size_t unit) {
    const auto& weights = document["weights"][gate];
    double sum = weights["bias"][unit];
    for (std::size_t k = 0; k < document["input"].size(); ++k) {
        sum += weights["input_weight"][unit][k].get<double>() * document["input"][k].get<double>();
    }
    for (std::size_t k = 0; k < document["hidden_state"].size(); ++k) {
        sum += weights["recurrent_weight"][unit][k].get<double>() * document["hidden_state"][k].get<double>();
    }
    return sum;
}

TEST(GatesCommand, PrintsTheTutorialsFiveLinesInOrder) {
    const auto result = run_program({"gates"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.errors, "");
    std::size_t position = 0;
    for (const char* label : {"\nForget Gate Output: [", "\nInput Gate Output: [", "\nOutput Gate Output: [",
                              "\nNew Memory Cell: [", "\nNew Hidden State: ["}) {
        position = result.output.find(label, position);
        ASSERT_NE(position, std::string::npos) << label;
    }
    EXPECT_THAT(result.output, AllOf(HasSubstr("x = [0.2 0.5 0.1]"), HasSubstr("c = [0.4 0.5 0.6]"),
                                     HasSubstr("torch::nn::LSTMCell"), HasSubstr("largest difference")));
    EXPECT_EQ(result.output.find("DIFFERS"), std::string::npos);
}

TEST(GatesCommand, JsonHoldsTheWholeStepAtFullPrecision) {
    const auto document = json_of({"--seed", "3"});
    const auto sigmoid = [](double a) { return 1 / (1 + std::exp(-a)); };
    for (std::size_t j = 0; j < 3; ++j) {
        const double f = sigmoid(pre_activation(document, "forget_gate", j));
        const double i = sigmoid(pre_activation(document, "input_gate", j));
        const double o = sigmoid(pre_activation(document, "output_gate", j));
        const double c =
            f * document["cell_state"][j].get<double>() + i * std::tanh(pre_activation(document, "candidate", j));
        EXPECT_NEAR(document["step"]["forget_gate"][j], f, 1e-15);
        EXPECT_NEAR(document["step"]["cell_state"][j], c, 1e-15);
        EXPECT_NEAR(document["step"]["hidden_state"][j], o * std::tanh(c), 1e-15);
    }
    EXPECT_EQ(document["verdict"], "agrees");
    for (const auto& check : document["checks"]) EXPECT_LE(check["largest_difference"], check["tolerance"]);
    EXPECT_EQ(document, json_of({"--seed", "3"})) << "the same seed, the same numbers";
    EXPECT_NE(document["weights"], json_of({"--seed", "4"})["weights"]);
}

TEST(GatesCommand, WeightsOfOneRunCanBeGivenToTheNext) {
    const ScratchFolder folder;
    for (const std::string cell : {"lstm", "gru"}) {
        auto document = json_of({"--cell", cell, "--input", "1,-2.5", "--hidden-state", "0.5", "--seed", "9",
                                 cell == "lstm" ? "--cell-state=-1e3" : "--precision=float64"});
        const auto file = folder / (cell + ".json");
        std::ofstream(file) << document["weights"];
        auto again = json_of({"--weights", file.string(), "--input", "1,-2.5", "--hidden-state", "0.5",
                              cell == "lstm" ? "--cell-state=-1e3" : "--precision=float64"});
        EXPECT_EQ(again["weights_file"], file.string());
        for (auto* either : {&document, &again}) {
            either->erase("weights_file");
            either->erase("seed");
        }
        EXPECT_EQ(document, again) << cell;
    }
}

TEST(GatesCommand, LargeWeightsPassInBothPrecisions) {
    const ScratchFolder folder;
    auto weights = json_of({"--cell", "gru"})["weights"];
    for (const std::string gate : {"reset_gate", "update_gate", "candidate"}) {
        for (auto& row : weights[gate]["input_weight"]) {
            for (auto& value : row) value = value.get<double>() * 1e8;
        }
    }
    std::ofstream(folder / "large.json") << weights;
    const auto document = json_of({"--weights", (folder / "large.json").string()});
    EXPECT_EQ(document["verdict"], "agrees");
    EXPECT_EQ(document["checks"].size(), 9U) << "three conventions in two precisions, each with its probe";
}

TEST(GatesCommand, GruShowsHowTheConventionsRelate) {
    const auto document = json_of({"--cell", "gru", "--seed", "2"});
    const auto& gap = document["difference_between_notes_and_torch"];
    EXPECT_GT(gap["same_weights"], gap["update_gate_negated"]);
    EXPECT_LT(gap["reset_gate_open"], 1e-14);
    const auto result = run_program({"gates", "--cell", "gru"});
    EXPECT_THAT(result.output, AllOf(HasSubstr("The notes' z is 1 - PyTorch's z"), HasSubstr("Reset Gate Output: ["),
                                     HasSubstr("Update Gate Output: [")));
}

TEST(GatesCommand, Float32PrintsFloat32AndSaysWhereItCannot) {
    const auto document = json_of({"--precision", "float32"});
    for (const auto& value : document["step"]["hidden_state"]) {
        EXPECT_EQ(value.get<double>(), static_cast<double>(value.get<float>()));
    }
    const auto beyond = run_program({"gates", "--input", "1e300,0,0"});
    EXPECT_EQ(beyond.exit_code, 0);
    EXPECT_THAT(beyond.errors, HasSubstr("too large for float32"));
    expect_refusal({"--input", "1e300,0,0", "--precision", "float32"}, 2, "too large for float32");
    expect_refusal({"--input", "1e308,1e308,1e308"}, 2, "too large for float64");
}

TEST(GatesCommand, SentenceEndsWithTheVerb) {
    const auto document = json_of({"--example", "sentence"});
    EXPECT_EQ(document["words"].size(), 3U);
    EXPECT_NEAR(document["words"][0]["forget_gate"][0], 0.52, 0.005);
    EXPECT_NEAR(document["words"][0]["input_gate"][0], 0.55, 0.005);
    EXPECT_EQ(document["next_word"], "읽습니다");
    EXPECT_EQ(document["verdict"], "agrees");
    const auto result = run_program({"gates", "--example", "sentence"});
    EXPECT_THAT(result.output, AllOf(HasSubstr("저는 아침에 책을"), HasSubstr("the notes"), HasSubstr("ours"),
                                     HasSubstr("52% of the past"), HasSubstr("55% of the new")));
}

TEST(GatesCommand, GruShapesAreTheTutorials) {
    const auto result = run_program({"gates", "--example", "gru-shape"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.output, AllOf(HasSubstr("(5, 3, 10)"), HasSubstr("(1, 5, 20)"), HasSubstr("(5, 3, 20)")));
}

TEST(GatesCommand, RefusesWhatMakesNoSense) {
    expect_refusal({"--input", ""}, 2, "--input: the list is empty");
    expect_refusal({"--input", "1,,2"}, 2, "number 2 of the list is missing");
    expect_refusal({"--input", "1,2,"}, 2, "number 3 of the list is missing");
    expect_refusal({"--input", "1,two,3"}, 2, "'two', is not a finite number");
    expect_refusal({"--hidden-state", "nan,1,1"}, 2, "--hidden-state: number 1 of the list, 'nan'");
    expect_refusal({"--input", "1e999,1,1"}, 2, "beyond a float64's range");
    expect_refusal({"--hidden-state", "1,2"}, 2, "--cell-state: 2 numbers are needed");
    expect_refusal({"--cell-state", "1"}, 2, "--cell-state: 3 numbers are needed");
    expect_refusal({"--cell", "gru", "--cell-state", "1,2,3"}, 2, "a GRU has no cell state");
    expect_refusal({"--cell", "rnn"}, 2, "has no gates");
    expect_refusal({"--cell", "elman"}, 2, "unknown cell 'elman'");
    expect_refusal({"--example", "poem"}, 2, "poem");
    expect_refusal({"--example", "sentence", "--input", "1"}, 2, "has its own numbers");
    expect_refusal({"--example", "gru-shape", "--cell", "lstm"}, 2, "is about the GRU");
    expect_refusal({"--seed", "-1"}, 2, "--seed: '-1'");
    expect_refusal({"--seed", "99999999999999999999"}, 2, "--seed");
    expect_refusal({"--precision", "float16"}, 2, "float16");
    std::string long_list = "0";
    for (int i = 0; i < 512; ++i) long_list += ",0";
    expect_refusal({"--input", long_list}, 2, "more than 512 numbers");
}

TEST(GatesCommand, RefusesBadWeightsAndUnwritableOutput) {
    const ScratchFolder folder;
    expect_refusal({"--weights", (folder / "absent.json").string()}, 3, "absent.json");
    std::ofstream(folder / "bad.json") << R"({"cell": "lstm", "forget_gate": {"input_weight": [["x"]]}})";
    expect_refusal({"--weights", (folder / "bad.json").string()}, 3, "is missing");
    std::ofstream(folder / "gru.json") << json_of({"--cell", "gru"})["weights"];
    expect_refusal({"--weights", (folder / "gru.json").string(), "--cell", "lstm"}, 2, "holds the weights of a GRU");
    expect_refusal({"--weights", (folder / "gru.json").string(), "--input", "1"}, 2, "--input: 3 numbers are needed");
    expect_refusal({"--json", (folder / "absent").string() + "/x.json"}, 4, "cannot write");
}

}  // namespace
}  // namespace cellwise
