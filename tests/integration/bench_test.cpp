#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "integration/program.h"

namespace cellwise::test {
namespace {

using testing::HasSubstr;

// Small enough to take no time; what the figures are is not tested.
const std::vector<std::string> small{"--rounds",         "1", "--batch-size",  "4", "--length", "7",
                                     "--embedding-size", "8", "--hidden-size", "5", "--data",   "synthetic"};

ProgramResult bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    arguments.insert(arguments.end(), small.begin(), small.end());
    return run_program(arguments);
}

TEST(Bench, WritesTheMeasuredFiguresOfEachCell) {
    const auto result = bench({"--json", "-", "--threads", "1"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto json = nlohmann::json::parse(result.output);
    EXPECT_EQ(json["threads"], 1);
    EXPECT_TRUE(json["generated"]);
    const double peak = json["fma_peak_gflops"];
    EXPECT_GT(peak, 0);
    std::vector<std::string> cells;
    for (const auto& cell : json["cells"]) {
        cells.push_back(cell["cell"]);
        for (const char* key : {"torch_train_ms", "fused_train_ms", "torch_forward_ms", "fused_forward_ms"}) {
            EXPECT_GT(cell[key].get<double>(), 0) << key;
        }
        const double train = cell["fused_train_ms"], forward = cell["fused_forward_ms"], gflop = cell["reduced_gflop"];
        EXPECT_DOUBLE_EQ(cell["train_ratio"], cell["torch_train_ms"].get<double>() / train);
        EXPECT_DOUBLE_EQ(cell["forward_ratio"], cell["torch_forward_ms"].get<double>() / forward);
        EXPECT_NEAR(cell["peak_share"], gflop / (train * 1e-3) / peak, 1e-9);
    }
    EXPECT_THAT(cells, testing::ElementsAre("simple_rnn", "lstm", "gru"));
}

TEST(Bench, MeasuresEveryCombinationOfSizes) {
    const auto result = run_program({"bench", "--cells", "gru", "--rounds", "1", "--batch-size", "2,3", "--length", "4",
                                     "--hidden-size", "5,6", "--embedding-size", "8", "--data", "synthetic",
                                     "--without-torch", "--phases", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto json = nlohmann::json::parse(result.output);
    ASSERT_EQ(json["cells"].size(), 4);
    EXPECT_EQ(json["cells"][3]["batch_size"], 3);
    EXPECT_EQ(json["cells"][3]["hidden_size"], 6);
    EXPECT_TRUE(json["cells"][3]["torch_train_ms"].is_null());
    EXPECT_EQ(json["cells"][3]["phases"].size(), 8);
    EXPECT_THAT(result.errors, HasSubstr("GRU batch 3 hidden 6"));  // the table
}

TEST(Bench, RefusesSizesThatMakeNoSense) {
    for (const auto& [flag, value] : std::vector<std::pair<std::string, std::string>>{{"--batch-size", "0"},
                                                                                      {"--batch-size", "4,,5"},
                                                                                      {"--length", "x"},
                                                                                      {"--hidden-size", "99999999"},
                                                                                      {"--rounds", "0"},
                                                                                      {"--threads", "-1"},
                                                                                      {"--cells", "transformer"}}) {
        const auto result = run_program({"bench", flag, value});
        EXPECT_EQ(result.exit_code, 2) << flag << " " << value;
        EXPECT_THAT(result.errors, HasSubstr("error")) << flag;
    }
}

}  // namespace
}  // namespace cellwise::test
