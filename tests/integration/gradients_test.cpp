#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"

namespace cellwise {
namespace {

using nlohmann::json;
using test::content_of;
using test::expect_refusal;
using test::json_of;
using test::run_program;
using test::ScratchFolder;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// Small models on made-up sequences: a fraction of a second each.
std::vector<std::string> small(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"gradients", "--synthetic",      "--length", "60",           "--hidden-size",
                                       "16",        "--embedding-size", "8",        "--batch-size", "8"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST(GradientsCommand, ShowsEveryCellsGradientsInATableThatCanBeRead) {
    const auto result = run_program(small());
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, AllOf(HasSubstr("SYNTHETIC"), HasSubstr("RNN h: ‖∂L/∂h_t‖"), HasSubstr("LSTM h: "),
                                     HasSubstr("LSTM c: ‖∂L/∂c_t‖"), HasSubstr("GRU h: ")));
    EXPECT_THAT(result.output, AllOf(HasSubstr("spectral radius"), HasSubstr("1% left after"), HasSubstr("R²")));
    EXPECT_LT(std::ranges::count(result.output, '\n'), 100);
}

TEST(GradientsCommand, JsonHoldsEveryStepAndTheFitFollowsFromThem) {
    const auto document = json_of(small({"--cells", "rnn,lstm"}));
    EXPECT_EQ(document["length"], 60);
    EXPECT_EQ(document["reviews"], 8);
    ASSERT_EQ(document["models"].size(), 2U);
    ASSERT_EQ(document["models"][1]["states"].size(), 2U) << "hidden and cell state";
    const auto& state = document["models"][0]["states"][0];
    ASSERT_EQ(state["steps"].size(), 60U);
    EXPECT_EQ(state["steps"][0]["steps_back"], 59);
    EXPECT_EQ(state["steps"][59]["steps_back"], 0);
    for (const auto& step : state["steps"]) {
        EXPECT_LE(step["q05"], step["median"]);
        EXPECT_LE(step["median"], step["q95"]);
        EXPECT_GT(step["q05"], 0);
    }
    // Untrained, the SimpleRNN's recurrent matrix is orthogonal.
    for (const double magnitude : document["models"][0]["spectra"][0]["eigenvalue_magnitudes"]) {
        EXPECT_NEAR(magnitude, 1, 1e-5);
    }
    EXPECT_EQ(document["models"][1]["spectra"].size(), 4U);
    // The last step's gradient is (p − y)·w: at most the dense weights' length.
    EXPECT_LT(state["steps"][59]["q95"], 2);
    EXPECT_EQ(state["memory_horizon"]["reviews"].size(), 8U);
}

TEST(GradientsCommand, IsDeterministic) {
    EXPECT_EQ(json_of(small({"--seed", "5"})), json_of(small({"--seed", "5", "--threads", "1"})));
    EXPECT_NE(json_of(small({"--seed", "5"}))["models"][0]["loss"],
              json_of(small({"--seed", "6"}))["models"][0]["loss"]);
}

TEST(GradientsCommand, SpectralRadiusMakesGradientsVanishAndExplode) {
    const auto factor = [](const std::string& radius) {
        const auto document = json_of(small({"--cells", "rnn", "--spectral-radius", radius}));
        EXPECT_NEAR(document["models"][0]["spectra"][0]["spectral_radius"], std::stod(radius), 1e-4);
        return document["models"][0]["states"][0]["fit"]["factor"].get<double>();
    };
    EXPECT_NEAR(factor("0.5"), 0.5, 0.03) << "nearly linear while the state is small";
    EXPECT_LT(factor("0.9"), 0.92);
    EXPECT_GT(factor("1.6"), 1.02);
}

TEST(GradientsCommand, ShowsOverflowAndUnderflowAsTheyAre) {
    const auto vanished =
        run_program(small({"--cells", "rnn", "--spectral-radius", "0.1", "--precision", "float32", "--length", "200"}));
    ASSERT_EQ(vanished.exit_code, 0) << vanished.errors;
    EXPECT_THAT(vanished.output, AllOf(HasSubstr("exactly 0"), ContainsRegex("199 +1 +0 .* 8/8")));
    const auto document =
        json_of(small({"--cells", "rnn", "--spectral-radius", "0.1", "--precision", "float32", "--length", "200"}));
    EXPECT_EQ(document["models"][0]["states"][0]["steps"][0]["zero_reviews"], 8);
    EXPECT_NEAR(document["models"][0]["states"][0]["fit"]["factor"], 0.1, 0.01) << "from the steps that are left";
}

TEST(GradientsCommand, WritesCsvAndSvg) {
    const ScratchFolder folder;
    const auto csv = folder / "norms.csv", svg = folder / "norms.svg";
    const auto result = run_program(small({"--csv", csv, "--svg", svg}));
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    std::istringstream lines(content_of(csv));
    std::string line;
    std::getline(lines, line);
    EXPECT_THAT(line, HasSubstr("cell,layer,direction,state,step,steps_back"));
    int count = 0;
    while (std::getline(lines, line)) {
        ++count;
        EXPECT_EQ(std::ranges::count(line, ','), 14);
    }
    EXPECT_EQ(count, 4 * 60);
    const auto picture = content_of(svg);
    EXPECT_THAT(picture, AllOf(HasSubstr("<svg "), HasSubstr("LSTM c"), HasSubstr("prefers-color-scheme: dark")));
    test::expect_well_formed_xml(svg);
}

TEST(GradientsCommand, ComparesTheTwoWaysOfClipping) {
    const auto document = json_of(small({"--cells", "lstm", "--clip-norm", "0.001", "--global-clip-norm", "0.001"}));
    const auto& step = document["models"][0]["training_step"];
    const auto &single = step["clip_norm"], &global = step["global_clip_norm"];
    EXPECT_NEAR(global["norm"], 0.001, 1e-9);
    EXPECT_NEAR(global["cosine"], 1, 1e-9);
    EXPECT_LT(single["cosine"], 1 - 1e-6);
    for (const auto& norm : single["norms"]) EXPECT_LE(norm, 0.001 + 1e-9);
    const auto text = run_program(small({"--cells", "lstm", "--clip-norm", "0.001"}));
    EXPECT_THAT(text.output, AllOf(HasSubstr("--clip-norm 0.001"), HasSubstr("cosine with the unclipped")));
}

TEST(GradientsCommand, MarksPadding) {
    const auto result = run_program({"gradients", "--data", "synthetic", "--length", "120", "--hidden-size", "8",
                                     "--cells", "gru", "--batch-size", "10"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output,
                AllOf(HasSubstr("Padding stands at the front: 10 of 10"), ContainsRegex("119 +1 +10/10")));
    EXPECT_THAT(run_program(small()).output, HasSubstr("No step is padding."));
}

TEST(GradientsCommand, ReadsATrainedModel) {
    const ScratchFolder folder;
    const auto run = folder / "run";
    const auto trained = run_program({"train",
                                      "--cell",
                                      "gru",
                                      "--data",
                                      "synthetic",
                                      "--limit",
                                      "100",
                                      "--epochs",
                                      "1",
                                      "--length",
                                      "30",
                                      "--hidden-size",
                                      "6",
                                      "--embedding-size",
                                      "6",
                                      "--layers",
                                      "2",
                                      "--bidirectional",
                                      "--batch-norm",
                                      "--output",
                                      run});
    ASSERT_EQ(trained.exit_code, 0) << trained.errors;
    const auto document = json_of({"gradients", "--model", run, "--batch-size", "4", "--split", "test"});
    EXPECT_EQ(document["models"][0]["states"].size(), 4U) << "two layers in two directions";
    EXPECT_EQ(document["length"], 30);
    EXPECT_EQ(document["models"][0]["states"][1]["direction"], "backward");
    EXPECT_EQ(document["models"][0]["states"][1]["steps"][0]["steps_back"], 0);
    const auto layer = json_of({"gradients", "--model", run, "--synthetic", "--batch-size", "4", "--layer", "2"});
    EXPECT_EQ(layer["models"][0]["states"].size(), 2U);
    expect_refusal({"gradients", "--model", run, "--hidden-size", "3"}, 2,
                   "--hidden-size: the trained model has its own");
    expect_refusal({"gradients", "--model", run, "--layer", "3", "--synthetic"}, 2, "the model has 2 recurrent layers");
    expect_refusal({"gradients", "--model", run, "--length", "20"}, 2, "--length: the trained model has its own");

    const auto file = folder / "model.keras";
    ASSERT_EQ(run_program({"export", run, "--format", "keras", "--output", file}).exit_code, 0);
    const auto of_file =
        json_of({"gradients", "--model", file, "--data", "synthetic", "--batch-size", "4", "--split", "test"});
    EXPECT_EQ(of_file["models"], document["models"]) << "the same weights have the same gradients";
    const auto shorter = json_of({"gradients", "--model", file, "--data", "synthetic", "--length", "20"});
    EXPECT_EQ(shorter["length"], 20);
}

TEST(GradientsCommand, RefusesWhatMakesNoSense) {
    expect_refusal({"gradients", "--model", "/nowhere"}, 3, "there is no run folder or model file '/nowhere'");
    expect_refusal({"gradients", "--stack", "gru:4"}, 2, "add --model");
    expect_refusal({"gradients", "--synthetic", "--cells", "transformer"}, 2, "transformer");
    expect_refusal({"gradients", "--synthetic", "--spectral-radius", "0"}, 2, "--spectral-radius");
    expect_refusal({"gradients", "--synthetic", "--spectral-radius", "nan"}, 2, "--spectral-radius");
    expect_refusal({"gradients", "--synthetic", "--clip-norm", "-1"}, 2, "--clip-norm");
    expect_refusal({"gradients", "--synthetic", "--length", "0"}, 2, "--length");
    expect_refusal({"gradients", "--synthetic", "--data", "synthetic"}, 2, "leave --data out");
    expect_refusal({"gradients", "--synthetic", "--length", "10000", "--batch-size", "1000"}, 4, "GB");
    expect_refusal({"gradients", "--synthetic", "--layer", "0"}, 2, "--layer");
    expect_refusal({"gradients", "--synthetic", "--svg", "/"}, 4, "--svg '/' is a folder");
    expect_refusal({"gradients", "--synthetic", "--csv", "/nowhere/x.csv"}, 4, "cannot write '/nowhere/x.csv'");
}

}  // namespace
}  // namespace cellwise
