#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"
#include "integration/small_run.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::content_of;
using test::expect_refusal;
using test::run_program;
using test::ScratchFolder;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

void make_run(const std::string& command, const std::string& output, const Words& more = {}) {
    test::make_small_run("100", command, output, more);
}

TEST(Runs, AreListedShownAndCompared) {
    const ScratchFolder folder;
    make_run("train", folder / "one", {"--cell", "gru"});
    make_run("train", folder / "two", {"--cell", "gru", "--learning-rate", "0.01"});
    make_run("compare", folder / "three", {"--cells", "rnn,lstm"});
    fs::create_directory(folder / "no-run");

    const auto list = run_program({"runs", "list", folder / "", "--json", folder / "list.json"});
    ASSERT_EQ(list.exit_code, 0) << list.errors;
    EXPECT_THAT(list.output, HasSubstr("RNN, LSTM"));
    EXPECT_THAT(list.output, HasSubstr("2/2 runs"));
    EXPECT_THAT(list.output, Not(HasSubstr("no-run")));
    const auto runs = json::parse(content_of(folder / "list.json"))["runs"];
    ASSERT_EQ(runs.size(), 3U);
    for (const auto& run : runs) {
        EXPECT_EQ(run["status"], "finished");
        EXPECT_EQ(run["data"], "synthetic");
    }
    EXPECT_EQ(runs[1]["kind"], "compare");
    EXPECT_EQ(runs[1]["runs"].size(), 2U);

    const auto show = run_program({"runs", "show", folder / "two", "--json", folder / "show.json"});
    ASSERT_EQ(show.exit_code, 0) << show.errors;
    EXPECT_THAT(show.output, HasSubstr("learning_rate = 0.01"));
    EXPECT_THAT(show.output, HasSubstr("weights of epoch 2: test accuracy 0."));
    const auto shown = json::parse(content_of(folder / "show.json"))["run"];
    const auto evaluated = run_program({"evaluate", folder / "two", "--limit", "100", "--json", "-"});
    EXPECT_EQ(shown["test_accuracy"], json::parse(evaluated.output)["test_accuracy"]);
    EXPECT_EQ(shown["epochs"].size(), 2U);
    EXPECT_EQ(shown["settings"]["hidden_size"], "4");

    const auto compared =
        run_program({"runs", "compare", folder / "one", folder / "two", "--json", folder / "compare.json"});
    ASSERT_EQ(compared.exit_code, 0) << compared.errors;
    const auto differing = json::parse(content_of(folder / "compare.json"))["differing_settings"];
    ASSERT_EQ(differing.size(), 1U) << differing;
    EXPECT_EQ(differing[0]["setting"], "learning_rate");
    EXPECT_THAT(differing[0]["values"], testing::ElementsAre("0.001", "0.01"));
}

TEST(Runs, AreComparedSeedBySeed) {
    const ScratchFolder folder;
    const Words seeds{"--cells", "rnn,gru", "--seeds", "3"};
    make_run("compare", folder / "plain", seeds);
    auto fast = seeds;
    fast.insert(fast.end(), {"--learning-rate", "0.05"});
    make_run("compare", folder / "fast", fast);
    make_run("train", folder / "another", {"--cell", "gru", "--seed", "7"});  // no seed in common with the others

    const auto document = test::json_of({"runs", "compare", folder / "plain", folder / "fast", folder / "another"});
    std::map<std::string, std::map<int, double>> accuracies;
    for (const auto& run : document["runs"]) {
        const auto path = run["folder"].get<std::string>();
        const auto kind =
            (run["cells"][0] == "gru" ? "GRU" : "RNN") +
            std::string(path.find("/fast/") != std::string::npos ? ", learning_rate 0.05" : ", learning_rate 0.001");
        accuracies[kind][run["seed"]] = run["test_accuracy"];
    }
    ASSERT_EQ(document["differences"].size(), 4U) << "cells within each, and each cell between the two";
    double largest = 0;
    for (const auto& difference : document["differences"]) {
        const auto &first = accuracies.at(difference["first"]), &second = accuracies.at(difference["second"]);
        double mean = 0, squares = 0;
        for (int seed = 0; seed < 3; ++seed) mean += (first.at(seed) - second.at(seed)) / 3;
        for (int seed = 0; seed < 3; ++seed) squares += std::pow(first.at(seed) - second.at(seed) - mean, 2);
        const double deviation = std::sqrt(squares / 2);
        EXPECT_EQ(difference["seeds"], 3);
        EXPECT_NEAR(difference["mean_difference"].get<double>(), mean, 1e-12);
        EXPECT_NEAR(difference["std_difference"].get<double>(), deviation, 1e-12);
        // Student's t with two degrees of freedom: 4.302653 at 97.5%, and its distribution in closed form.
        EXPECT_NEAR(difference["interval_95"][1].get<double>() - mean, 4.302653 * deviation / std::sqrt(3.0), 1e-6);
        const double t = std::abs(mean) / (deviation / std::sqrt(3.0));
        if (deviation > 0) {
            EXPECT_NEAR(difference["p_value"].get<double>(), 1 - t / std::sqrt(2 + t * t), 1e-9);
        }
        EXPECT_GE(difference["p_holm"], difference["p_value"]);
        largest = std::max(largest, std::abs(mean));
    }
    EXPECT_GT(largest, 0);
    const auto text = run_program({"runs", "compare", folder / "plain", folder / "fast"}).output;
    EXPECT_THAT(text, HasSubstr("GRU, learning_rate 0.001 − RNN, learning_rate 0.001"));
    EXPECT_THAT(text, HasSubstr("Paired by seed"));
}

TEST(Runs, SayWhatIsWrong) {
    const ScratchFolder folder;
    make_run("train", folder / "run");
    expect_refusal({"runs", "list", folder / "absent"}, 3, "there is no folder");
    expect_refusal({"runs", "show", folder / "absent"}, 3, "is not a run");
    expect_refusal({"runs", "compare", folder / "run"}, 2, "at least two runs");
    expect_refusal({"runs"}, 2, "subcommand");
    std::ofstream(folder / "run" / "metrics.jsonl") << "{\"epoch\": 1";
    expect_refusal({"runs", "show", folder / "run"}, 3, "metrics.jsonl");
    const auto list = run_program({"runs", "list", folder / ""});
    EXPECT_EQ(list.exit_code, 0) << "one broken run must not hide the others";
    EXPECT_THAT(list.output, HasSubstr("broken"));
}

TEST(Runs, KeepWhatTheyWereMadeWith) {
    const ScratchFolder folder;
    make_run("train", folder / "run", {"--cell", "lstm"});
    const auto environment = json::parse(content_of(folder / "run" / "environment.json"));
    EXPECT_EQ(environment["command"], "train");
    EXPECT_EQ(environment["data"]["sha256"].get<std::string>().size(), 64U);
    EXPECT_GT(environment["machine"]["processors"].get<int>(), 0);
    EXPECT_GT(environment["machine"]["memory_bytes"].get<std::int64_t>(), 0);
    for (const char* key : {"version", "git_revision", "libtorch", "compiler"}) {
        EXPECT_FALSE(environment["program"][key].get<std::string>().empty()) << key;
    }
    const auto result = json::parse(content_of(folder / "run" / "result.json"));
    EXPECT_EQ(result["engine"], "fused");
    EXPECT_EQ(result["best_epoch"], 2);
}

TEST(RunsRemove, TakesWholeRunsAndNothingElse) {
    const ScratchFolder folder;
    make_run("train", folder / "one");
    make_run("compare", folder / "two", {"--cells", "rnn,gru"});
    std::ofstream(folder / "one" / "config.toml.77-0.part") << "left by a killed program";
    expect_refusal({"runs", "remove", folder / "one"}, 2, "say --yes");  // no terminal to ask on
    EXPECT_TRUE(fs::exists(folder / "one" / "model.safetensors"));
    const auto removed = run_program({"runs", "remove", folder / "one", folder / "two", "--yes"});
    EXPECT_EQ(removed.exit_code, 0) << removed.errors;
    EXPECT_FALSE(fs::exists(folder / "one"));
    EXPECT_FALSE(fs::exists(folder / "two"));
}

TEST(RunsRemove, LeavesAloneWhatIsNotARun) {
    const ScratchFolder folder;
    const auto keeps = [&](const fs::path& named, const std::string& message, int exit_code = 2) {
        expect_refusal({"runs", "remove", named, "--yes"}, exit_code, message);
    };
    fs::create_directory(folder / "photos");
    std::ofstream(folder / "photos" / "cat.jpg") << "a cat";
    keeps(folder / "photos", "is not a run", 3);
    keeps(folder / "absent", "is not a run", 3);

    make_run("train", folder / "run");
    fs::create_directory_symlink(folder / "run", folder / "link");
    keeps(folder / "link", "symbolic link");
    keeps(folder / "link/", "symbolic link");

    // A run in a folder that is used for other things too, as --output ~ would make it.
    std::ofstream(folder / "run" / "diary.txt") << "mine";
    keeps(folder / "run", "diary.txt");
    fs::remove(folder / "run" / "diary.txt");
    fs::create_directory_symlink(folder / "photos", folder / "run" / "inside");
    keeps(folder / "run", "inside");
    fs::remove(folder / "run" / "inside");
    fs::remove(folder / "run" / "report.html");
    fs::create_symlink(folder / "photos" / "cat.jpg", folder / "run" / "report.html");
    keeps(folder / "run", "report.html");
    fs::remove(folder / "run" / "report.html");
    EXPECT_TRUE(fs::exists(folder / "run" / "model.safetensors"));
    EXPECT_EQ(content_of(folder / "photos" / "cat.jpg"), "a cat");

    // All or none: the good run stays because the other name is wrong.
    expect_refusal({"runs", "remove", folder / "run", folder / "photos", "--yes"}, 3, "is not a run");
    EXPECT_TRUE(fs::exists(folder / "run" / "model.safetensors"));
}

}  // namespace
}  // namespace cellwise
