#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

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

TEST(Bench, DrawsHowTheTimeGrowsWithOneSize) {
    const ScratchFolder folder;
    const auto file = (folder / "growth.svg").string();
    const auto draw = [&](const std::string& batch_sizes, const std::string& lengths) {
        return run_program({"bench", "--cells", "gru,lstm", "--rounds", "1", "--batch-size", batch_sizes, "--length",
                            lengths, "--hidden-size", "5", "--embedding-size", "8", "--data", "synthetic",
                            "--without-torch", "--svg", file});
    };
    for (const auto& refused : {draw("2", "4"), draw("2,3", "4,5")}) {
        EXPECT_EQ(refused.exit_code, 2);
        EXPECT_THAT(refused.errors, HasSubstr("--svg draws how the time grows"));
        EXPECT_FALSE(std::filesystem::exists(file));
    }
    const auto result = draw("2", "4,9");
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto svg = content_of(file);
    for (const char* text : {"<svg", "words of a review", "GRU", "LSTM"}) EXPECT_THAT(svg, HasSubstr(text));
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

TEST(Bench, MeasuresLayersOnTopOfOneAnotherInBothDirectionsOnWordsAndOnVectors) {
    for (const std::string input : {"words", "vectors"}) {
        const auto result = run_program({"bench",     "--rounds",
                                         "1",         "--batch-size",
                                         "3",         "--length",
                                         "4",         "--hidden-size",
                                         "5",         "--embedding-size",
                                         "6,7",       "--data",
                                         "synthetic", "--layers",
                                         "2",         "--bidirectional",
                                         "--input",   input,
                                         "--json",    "-"});
        ASSERT_EQ(result.exit_code, 0) << result.errors;  // both sides predicted the same from the same weights
        const auto json = nlohmann::json::parse(result.output);
        EXPECT_EQ(json["layers"], 2);
        EXPECT_EQ(json["bidirectional"], true);
        EXPECT_EQ(json["input"], input);
        ASSERT_EQ(json["cells"].size(), 6);
        const auto& last = json["cells"][5];
        EXPECT_EQ(last["embedding_size"], 7);
        EXPECT_GT(last["torch_train_ms"].get<double>(), 0);
        if (input == "vectors") {
            // By hand, a GRU of two directions: each of 3·4 positions is projected from 7 numbers and from the 10
            // below, and both layers have products of 5 by 15; three products a step, two operations each.
            EXPECT_DOUBLE_EQ(last["reduced_gflop"], 12 * 3 * 2e-9 * 2 * (7 * 15 + 10 * 15 + 2 * 5 * 15));
        }
        EXPECT_THAT(result.errors, HasSubstr("2 layers, both directions, hidden size 5"));
    }
    for (const auto& [arguments, message] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--layers", "0"}, "--layers 0 must be 1 to 16"},
             {{"--input", "vector"}, "did you mean 'vectors'?"},
             {{"--layers", "2", "--phases"}, "--phases shows one layer"},
             {{"--bidirectional", "--against", "keras"}, "do not go with a framework"}}) {
        auto all = arguments;
        all.insert(all.begin(), "bench");
        const auto refused = run_program(all);
        EXPECT_EQ(refused.exit_code, 2) << refused.errors;
        EXPECT_THAT(refused.errors, HasSubstr(message));
    }
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

// A cache and a PATH of one's own for the programs that a test runs.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before;
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
    std::optional<std::string> before_;
};

TEST(BenchAgainst, NeedsTheFrameworkOrTheLeaveToInstallIt) {
    const ScratchFolder cache;
    const Variable home("XDG_CACHE_HOME", cache / "cache");
    const auto offline = run_program({"bench", "--against", "keras", "--offline", "--data", "synthetic"});
    EXPECT_EQ(offline.exit_code, 4);
    EXPECT_THAT(offline.errors, HasSubstr("--offline forbids its download"));
    for (const char* peer : {"pandas", "sklearn"}) {
        const auto tables = run_program({"bench", "--against", peer, "--offline"});
        EXPECT_EQ(tables.exit_code, 4);
        EXPECT_THAT(tables.errors, HasSubstr("--offline forbids its download")) << peer;
    }
    EXPECT_FALSE(std::filesystem::exists(cache / "cache" / "cellwise" / "peers"));

    const Variable path("PATH", cache / "nothing");
    const auto without_python = run_program({"bench", "--against", "pytorch", "--data", "synthetic"});
    EXPECT_EQ(without_python.exit_code, 4) << without_python.errors;
    EXPECT_THAT(without_python.errors, HasSubstr("cannot run 'python3'"));
}

TEST(BenchAgainst, RefusesWhatItDoesNotKnow) {
    for (const auto& [arguments, message] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--against", "theano"}, "--against 'theano' is unknown"},
             {{"--against", "keras", "--backend", "mxnet"}, "--backend 'mxnet' is unknown"},
             {{"--job"}, "--job goes with --against"},
             {{"--rows", "100"}, "go with --against pandas or sklearn"},
             {{"--against", "pandas", "--table", "x.csv"}, "--table and --target go together"},
             {{"--against", "pandas", "--table", "x.csv", "--target", "y", "--rows", "9"}, "leave --table out"},
             {{"--against", "keras", "--length", "5,6"}, "--against measures one shape"}}) {
        auto all = arguments;
        all.insert(all.begin(), "bench");
        all.insert(all.end(), {"--data", "synthetic", "--offline"});
        const auto result = run_program(all);
        EXPECT_EQ(result.exit_code, 2) << message;
        EXPECT_THAT(result.errors, HasSubstr(message));
    }
}

// A stand-in that says of every kind of work what it is given: twice what this build's own bench says would be a guess,
// so the figures are planted.
std::string stand_in(const ScratchFolder& folder, const std::string& document, const std::string& version) {
    const auto path = folder / "other";
    std::ofstream(folder / "document.json") << document;
    std::ofstream(path) << "#!/bin/sh\n[ \"$1\" = --version ] && { echo '" << version << "'; exit 0; }\n"
                        << "while [ $# -gt 0 ]; do [ \"$1\" = --json ] && out=$2; shift; done\ncp "
                        << (folder / "document.json").string() << " \"$out\"\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
}

TEST(BenchAgainstABuild, TakesTurnsAndTellsTheRatio) {
    const ScratchFolder folder;
    const auto other = stand_in(
        folder, R"({"cells": [{"cell": "lstm", "fused_train_ms": 1000, "fused_forward_ms": 500}]})", "cellwise 9.9.9");
    const auto result = bench({"--cells", "lstm", "--against", other, "--turns", "3", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto json = nlohmann::json::parse(result.output);
    EXPECT_EQ(json["other_version"], "9.9.9");
    ASSERT_EQ(json["work"].size(), 2U);
    for (const auto& work : json["work"]) {
        const bool is_step = work["work"] == "training step";
        ASSERT_EQ(work["own_ms"].size(), 3U);
        EXPECT_EQ(work["other_ms"], nlohmann::json(std::vector<double>(3, is_step ? 1000 : 500)));
        double sum = 0;
        for (const double own : work["own_ms"]) sum += (is_step ? 1000 : 500) / own / 3;
        EXPECT_NEAR(work["ratio"].get<double>() / sum, 1, 1e-12);
        EXPECT_LT(work["low"], work["ratio"]);
        EXPECT_LT(work["ratio"], work["high"]);
    }
}

TEST(BenchAgainstABuild, RefusesWhatIsNone) {
    const ScratchFolder folder;
    const auto refused = [&](const std::string& program, int code, const std::string& message) {
        const auto result = bench({"--cells", "lstm", "--against", program, "--turns", "2"});
        EXPECT_EQ(result.exit_code, code);
        EXPECT_THAT(result.errors, HasSubstr(message));
    };
    refused((folder / "nothing").string(), 4, "nothing");
    refused("/bin/true", 4, "it is no build of cellwise");
    refused(stand_in(folder, "{}", "cellwise 9.9.9"), 4, "another document");
    refused(stand_in(folder, R"({"cells": []})", "cellwise 9.9.9"), 4, "other things");
    EXPECT_EQ(bench({"--against", "/bin/true", "--turns", "1"}).exit_code, 2);
}

}  // namespace
}  // namespace cellwise::test
