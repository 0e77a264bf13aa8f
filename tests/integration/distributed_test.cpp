#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "integration/brink.h"
#include "integration/program.h"

// Several processes that share the work: with the results of one.
namespace cellwise {
namespace {

using test::ProgramResult;
using test::run_program;
using test::ScratchFolder;

std::vector<std::string> processes(int count) {
    // More than there are processors, and as root in a container.
    return {"mpirun", "--oversubscribe", "--allow-run-as-root", "-n", std::to_string(count)};
}

std::vector<std::string> words(std::vector<std::string> first, const std::vector<std::string>& more) {
    first.insert(first.end(), more.begin(), more.end());
    return first;
}

std::vector<std::string> small(const std::string& command, const std::string& output) {
    return {command, "--data",       "synthetic", "--limit",       "150", "--length",  "20", "--epochs",
            "2",     "--batch-size", "32",        "--hidden-size", "12",  "--threads", "1",  "--embedding-size",
            "10",    "--quiet",      "--output",  output};
}

// Every weight of the model that the run kept.
std::vector<double> weights_of(const std::filesystem::path& run) {
    std::vector<double> values;
    for (const auto& tensor : read_safetensors(run / "model.safetensors").tensors) {
        if (tensor.dtype == DType::float64) {
            for (const double value : tensor.values<double>()) values.push_back(value);
        } else if (tensor.dtype == DType::float32) {
            for (const float value : tensor.values<float>()) values.push_back(value);
        }
    }
    return values;
}

double largest_difference(const std::vector<double>& one, const std::vector<double>& other) {
    EXPECT_EQ(one.size(), other.size());
    EXPECT_GT(one.size(), 1000U);
    double largest = 0;
    for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
        largest = std::max(largest, std::abs(one[i] - other[i]));
    }
    return largest;
}

// The closing lines, of which there must be no second copy.
std::vector<std::string> accuracies(const std::string& output) {
    std::vector<std::string> lines;
    std::istringstream text(output);
    for (std::string line; std::getline(text, line);) {
        if (line.find("Test Accuracy") != std::string::npos) lines.push_back(line);
    }
    EXPECT_FALSE(lines.empty()) << output;
    return lines;
}

class Distributed : public testing::Test {
protected:
    void SetUp() override {
        const auto alone = run_program(words(small("train", folder_ / "probe"), {"--distributed", "--limit", "20"}));
        if (alone.exit_code == 4) GTEST_SKIP() << alone.errors;
        ASSERT_EQ(alone.exit_code, 0) << alone.errors;
    }
    ScratchFolder folder_;
};

TEST_F(Distributed, TwoAndFourProcessesTrainTheModelOfOne) {
    const std::vector<std::vector<std::string>> variants{
        {"--cell", "lstm", "--batch-norm", "--dropout", "0.3", "--l2", "0.001", "--precision", "float64"},
        {"--cell", "gru", "--preset", "regularised", "--layers", "2", "--bidirectional", "--dropout", "0.2"},
        // The last batch has two rows: two of four processes have none.
        {"--cell", "rnn", "--batch-norm", "--limit", "34", "--global-clip-norm", "0.5", "--precision", "float64"},
        {"--cell", "gru", "--gru-reset", "before", "--optimizer", "sgd", "--momentum", "0.9"}};
    int number = 0;
    for (const auto& variant : variants) {
        const auto name = [&](int count) { return std::to_string(number) + "-" + std::to_string(count); };
        const auto alone = run_program(words(small("train", folder_ / name(1)), variant));
        ASSERT_EQ(alone.exit_code, 0) << alone.errors;
        const auto expected = weights_of(folder_ / name(1));
        const bool is_double = variant.back() == "float64";
        for (const int count : {2, 4}) {
            const auto shared = run_program(
                words(small("train", folder_ / name(count)), words(variant, {"--distributed"})), processes(count));
            ASSERT_EQ(shared.exit_code, 0) << shared.errors;
            EXPECT_LT(largest_difference(weights_of(folder_ / name(count)), expected), is_double ? 1e-11 : 2e-5)
                << "variant " << number << ", " << count << " processes";
            EXPECT_EQ(accuracies(shared.output), accuracies(alone.output)) << "and only the first process prints";
        }
        ++number;
    }
}

TEST_F(Distributed, AnotherSeedIsToldApart) {
    // What the comparison above would see if the processes did not work together.
    for (const char* seed : {"1", "2"}) {
        ASSERT_EQ(run_program(words(small("train", folder_ / seed), {"--seed", seed})).exit_code, 0);
    }
    EXPECT_GT(largest_difference(weights_of(folder_ / "1"), weights_of(folder_ / "2")), 1e-2);
}

TEST_F(Distributed, RunsOfAComparisonAreShared) {
    const auto compare = [&](const std::string& name, const std::vector<std::string>& before,
                             const std::vector<std::string>& more) {
        auto result = run_program(words(small("compare", folder_ / name), words({"--seeds", "2"}, more)), before);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        return result;
    };
    const auto alone = compare("alone", {}, {});
    const auto shared = compare("shared", processes(4), {"--distributed"});
    for (const char* run : {"simple_rnn-seed-0", "lstm-seed-0", "gru-seed-1"}) {
        EXPECT_EQ(test::content_of(folder_ / "shared" / run / "model.safetensors"),
                  test::content_of(folder_ / "alone" / run / "model.safetensors"))
            << run;
    }
    EXPECT_EQ(accuracies(shared.output), accuracies(alone.output));
    EXPECT_TRUE(std::filesystem::exists(folder_ / "shared" / "comparison.json"));
    EXPECT_TRUE(std::filesystem::exists(folder_ / "shared" / "report.html"));
}

TEST_F(Distributed, ModelsOfCustomersAreSharedToTheByte) {
    const auto compare = [&](const std::string& name, const std::vector<std::string>& before,
                             const std::vector<std::string>& more) {
        const auto file = folder_ / (name + ".json");
        auto result = run_program(
            words({"customers", "compare", "--models", "majority,logistic,lightgbm,mlp", "--set", "mlp.epochs=1",
                   "--folds", "3", "--repeats", "1", "--threads", "1", "--json", file.string()},
                  more),
            before);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        auto document = nlohmann::json::parse(test::content_of(file));
        for (auto& model : document["models"]) model.erase("seconds");
        return document.dump();
    };
    const auto alone = compare("alone", {}, {});
    for (const int count : {2, 3}) {
        EXPECT_EQ(compare(std::to_string(count), processes(count), {"--distributed"}), alone) << count << " processes";
    }
}

TEST_F(Distributed, ARunThatDivergesLeavesTheOthersTheirResults) {
    const auto compare = [&](const std::string& name, const std::vector<std::string>& before,
                             const std::vector<std::string>& more) {
        // The second run is the second process's.
        return run_program(
            test::two_steps("compare", folder_ / name, test::brink, words({"--cells", "lstm", "--seeds", "2,1"}, more)),
            before);
    };
    const auto alone = compare("alone", {}, {});
    const auto shared = compare("shared", processes(2), {"--distributed"});
    EXPECT_EQ(alone.exit_code, 1) << alone.errors;
    EXPECT_EQ(shared.exit_code, 1) << shared.errors;
    for (const auto* result : {&alone, &shared}) {
        EXPECT_THAT(result->errors,
                    testing::HasSubstr("1 diverged, without figures: LSTM seed 1. Its training diverged"));
        EXPECT_THAT(result->output, testing::HasSubstr("1 of 2 runs of LSTM diverged (seed 1)"));
    }
    EXPECT_EQ(accuracies(shared.output), accuracies(alone.output));
}

const std::vector<std::string> long_training{"--precision", "float64", "--checkpoint-every", "1", "--epochs", "30"};

// Starts a long training and stops it after its first checkpoint.
ProgramResult interrupted(const std::filesystem::path& run, const std::vector<std::string>& more,
                          const std::vector<std::string>& before) {
    test::RunningProgram running(words(small("train", run), words(long_training, more)), before);
    while (!std::filesystem::exists(run / "checkpoint.safetensors")) ::usleep(1000);
    running.send(SIGTERM);
    auto result = running.wait();
    EXPECT_NE(result.exit_code, 0);
    EXPECT_FALSE(std::filesystem::exists(run / "model.safetensors")) << "it was too quick to be stopped";
    return result;
}

TEST_F(Distributed, RunsAreGoneOnWithByMoreOrFewerProcesses) {
    ASSERT_EQ(run_program(words(small("train", folder_ / "whole"), long_training)).exit_code, 0);
    const auto expected = weights_of(folder_ / "whole");

    (void)interrupted(folder_ / "begun-alone", {}, {});
    const auto joined =
        run_program({"train", "--distributed", "--resume", folder_ / "begun-alone", "--threads", "1"}, processes(2));
    EXPECT_EQ(joined.exit_code, 0) << joined.errors;
    EXPECT_LT(largest_difference(weights_of(folder_ / "begun-alone"), expected), 1e-9);

    (void)interrupted(folder_ / "begun-together", {"--distributed"}, processes(2));
    const auto alone = run_program({"train", "--resume", folder_ / "begun-together", "--threads", "1"});
    EXPECT_EQ(alone.exit_code, 0) << alone.errors;
    EXPECT_LT(largest_difference(weights_of(folder_ / "begun-together"), expected), 1e-9);
}

TEST_F(Distributed, AnErrorEndsAllProcessesWithItsCode) {
    const auto bad =
        run_program(words(small("train", folder_ / "bad"), {"--distributed", "--hidden-size", "-3"}), processes(3));
    EXPECT_EQ(bad.exit_code, 2) << bad.errors;
    std::size_t messages = 0;
    for (auto at = bad.errors.find("cellwise: error:"); at != std::string::npos;
         at = bad.errors.find("cellwise: error:", at + 1)) {
        ++messages;
    }
    EXPECT_EQ(messages, 1U) << bad.errors;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "bad"));

    std::filesystem::create_directories(folder_ / "taken");
    ASSERT_EQ(run_program(small("train", folder_ / "taken")).exit_code, 0);
    // Only the first process looks at the folder; the others wait for it.
    const auto taken = run_program(words(small("train", folder_ / "taken"), {"--distributed"}), processes(2));
    EXPECT_EQ(taken.exit_code, 2) << taken.errors;
    EXPECT_THAT(taken.errors, testing::HasSubstr("taken"));
}

}  // namespace
}  // namespace cellwise
