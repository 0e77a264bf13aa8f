#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.h"
#include "core/folder_lock.h"
#include "integration/program.h"

// Runs of the real program, interrupted in every way and resumed, against runs that were not.
namespace cellwise {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;
using test::content_of;
using test::ProgramResult;
using test::run_program;
using test::RunningProgram;
using test::ScratchFolder;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

Words joined(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

// About a second of training, with all that is random in it.
Words training(const std::string& command, const std::string& output, const Words& more = {}) {
    return joined(
        {command, "--data",       "synthetic", "--limit",       "1500", "--epochs",           "3",   "--length",
         "60",    "--dropout",    "0.2",       "--hidden-size", "12",   "--vocabulary-size",  "500", "--embedding-size",
         "16",    "--batch-size", "20",        "--seed",        "3",    "--checkpoint-every", "7",   "--output",
         output},
        more);
}

// metrics.jsonl without its timings.
std::vector<json> metrics_of(const fs::path& run) {
    std::istringstream text(content_of(run / "metrics.jsonl"));
    std::vector<json> epochs;
    std::string line;
    while (std::getline(text, line)) {
        epochs.push_back(json::parse(line));
        epochs.back().erase("train_seconds");
        epochs.back().erase("test_seconds");
        epochs.back().erase("unix_time");
    }
    return epochs;
}

void expect_same_run(const fs::path& run, const fs::path& reference) {
    const auto model = content_of(run / "model.safetensors");
    EXPECT_FALSE(model.empty()) << run;
    EXPECT_TRUE(model == content_of(reference / "model.safetensors")) << run << " has other weights";
    EXPECT_EQ(metrics_of(run), metrics_of(reference));
    for (const auto& entry : fs::directory_iterator(run)) {
        EXPECT_NE(entry.path().extension(), ".part") << "left behind: " << entry.path();
        EXPECT_NE(entry.path().filename(), "checkpoint.safetensors") << "of no use once the run is finished";
    }
}

bool wait_for(const std::function<bool()>& condition) {
    for (int i = 0; i < 6000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

// The command that the program said to continue with, as a user copies it.
std::string offered_command(const std::string& errors) {
    const auto at = errors.find("Continue with:\n  ");
    if (at == std::string::npos) return "";
    const auto start = at + std::strlen("Continue with:\n  ");
    return errors.substr(start, errors.find('\n', start) - start);
}

class Resume : public testing::TestWithParam<Words> {};

TEST_P(Resume, SurvivesKillsAtRandomMoments) {
    const ScratchFolder folder;
    const auto reference = run_program(training("train", folder / "reference", GetParam()));
    ASSERT_EQ(reference.exit_code, 0) << reference.errors;

    std::mt19937 random(static_cast<unsigned>(::getpid()));
    std::uniform_int_distribution<int> pause(0, 250);
    int kills = 0;
    ProgramResult last;
    for (int attempt = 0; attempt < 60; ++attempt) {
        const bool is_begun = fs::exists(folder / "run" / "config.toml");
        RunningProgram program(is_begun ? Words{"train", "--resume", folder / "run"}
                                        : training("train", folder / "run", GetParam()));
        // Only a kill after the first step is an interruption of the training.
        if (kills < 4) {
            const auto began = fs::file_time_type::clock::now();
            const auto checkpoint = folder / "run" / "checkpoint.safetensors";
            wait_for([&] {
                std::error_code code;
                const auto written = fs::last_write_time(checkpoint, code);
                return (!code && written >= began) || fs::exists(folder / "run" / "model.safetensors");
            });
            std::this_thread::sleep_for(std::chrono::milliseconds(pause(random)));
            program.send(SIGKILL);
        }
        last = program.wait();
        if (last.exit_code == 0) break;
        ASSERT_EQ(last.exit_code, 128 + SIGKILL) << last.errors;
        ++kills;
    }
    ASSERT_EQ(last.exit_code, 0) << last.errors;
    EXPECT_GT(kills, 0);
    expect_same_run(folder / "run", folder / "reference");
}

INSTANTIATE_TEST_SUITE_P(Engines, Resume,
                         testing::Values(Words{"--cell", "lstm"}, Words{"--cell", "gru", "--engine", "torch"},
                                         Words{"--cell", "rnn", "--batch-norm", "--optimizer", "sgd", "--momentum",
                                               "0.9"}));

TEST(ResumeCommand, StopsOnSignalsAndGoesOnWithTheCommandItSays) {
    const ScratchFolder folder;
    ASSERT_EQ(run_program(training("train", folder / "reference")).exit_code, 0);
    for (const int signal : {SIGINT, SIGTERM}) {
        const auto run = folder / ("a run " + std::to_string(signal));  // a name that a shell would cut in two
        RunningProgram program(training("train", run));
        ASSERT_TRUE(wait_for([&] { return fs::exists(run / "checkpoint.safetensors"); })) << program.errors();
        program.send(signal);
        const auto stopped = program.wait();
        EXPECT_EQ(stopped.exit_code, 128 + signal) << stopped.errors;
        EXPECT_EQ(stopped.output, "");
        EXPECT_THAT(stopped.errors, Not(HasSubstr("error")));
        EXPECT_FALSE(fs::exists(run / "model.safetensors"));
        const auto command = offered_command(stopped.errors);
        ASSERT_NE(command, "") << stopped.errors;
        EXPECT_EQ(std::system((command + " >/dev/null 2>&1").c_str()), 0) << command;
        expect_same_run(run, folder / "reference");
    }
}

TEST(ResumeCommand, LeavesAtOnceOnASecondSignal) {
    const ScratchFolder folder;
    // One step takes many seconds.
    RunningProgram program({"train", "--data", "synthetic", "--cell", "lstm", "--engine", "torch", "--threads", "1",
                            "--batch-size", "1000", "--length", "300", "--output", folder / "run"});
    ASSERT_TRUE(wait_for([&] { return fs::exists(folder / "run" / "config.toml"); }));
    std::this_thread::sleep_for(300ms);
    program.send(SIGINT);
    ASSERT_TRUE(wait_for([&] { return program.errors().find("once more leaves at once") != std::string::npos; }))
        << program.errors();
    const auto start = std::chrono::steady_clock::now();
    program.send(SIGINT);
    EXPECT_EQ(program.wait().exit_code, 130);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
    EXPECT_FALSE(fs::exists(folder / "run" / "model.safetensors"));
}

// Killed in its very first write a run has no configuration yet.
TEST(ResumeCommand, SweepsUpAfterAKillBeforeTheConfiguration) {
    const ScratchFolder folder;
    const Words more{"--cells", "rnn,gru", "--jobs", "1"};
    ASSERT_EQ(run_program(training("compare", folder / "run", more)).exit_code, 0);
    const auto reference = content_of(folder / "run" / "gru" / "model.safetensors");
    fs::remove_all(folder / "run" / "gru");
    fs::create_directory(folder / "run" / "gru");
    std::ofstream(folder / "run" / "gru" / "environment.json.4711-1.part") << "{";
    std::ofstream(folder / "run" / "gru" / "config.toml.4711-2.part") << "epochs";
    std::ofstream(folder / "run" / "gru" / "somebody's.part") << "else";
    const auto resumed = run_program({"compare", "--resume", folder / "run"});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.errors;
    std::vector<std::string> left;
    for (const auto& entry : fs::directory_iterator(folder / "run" / "gru")) {
        if (entry.path().extension() == ".part") left.push_back(entry.path().filename());
    }
    EXPECT_THAT(left, testing::ElementsAre("somebody's.part"));
    EXPECT_TRUE(content_of(folder / "run" / "gru" / "model.safetensors") == reference);
}

// Whoever goes on with a run that is at work is refused, and touches nothing that the other is writing.
TEST(ResumeCommand, LeavesWhatARunAtWorkIsWriting) {
    const ScratchFolder folder;
    ASSERT_EQ(run_program(training("train", folder / "run")).exit_code, 0);
    {
        const auto lock = FolderLock::try_lock(folder / "run");
        ASSERT_TRUE(lock);
        AtomicFile file(folder / "run" / "metrics.csv");
        file.write(std::string_view("whole\n"));
        const auto second = run_program({"train", "--resume", folder / "run"});
        EXPECT_EQ(second.exit_code, 4);
        EXPECT_THAT(second.errors, HasSubstr("another cellwise is at work"));
        file.commit();
    }
    EXPECT_EQ(content_of(folder / "run" / "metrics.csv"), "whole\n");
}

// "auto" stands for another device, or other instructions, on another machine: what the run was begun with is in its
// environment.json, which is edited here as another machine would have written it.
TEST(ResumeCommand, SaysThatARunGoesOnWithOtherHardware) {
    const ScratchFolder folder;
    RunningProgram program(training("train", folder / "run"));
    ASSERT_TRUE(wait_for([&] { return fs::exists(folder / "run" / "checkpoint.safetensors"); }));
    program.send(SIGINT);
    ASSERT_EQ(program.wait().exit_code, 130);
    auto environment = json::parse(content_of(folder / "run" / "environment.json"));
    const auto here = environment["machine"]["instruction_set"].get<std::string>();
    environment["device"] = "cuda:1";
    environment["machine"]["instruction_set"] = "AVX9";
    write_file_atomically(folder / "run" / "environment.json", environment.dump());
    const auto resumed = run_program({"train", "--resume", folder / "run"});
    EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
    EXPECT_THAT(resumed.errors,
                HasSubstr("was begun with the device cuda:1 and goes on with cpu: the bits will not be"));
    EXPECT_THAT(resumed.errors, HasSubstr("was begun with the instruction set AVX9 and goes on with " + here));
}

TEST(ResumeCommand, RedoesOnlyWhatAComparisonLacks) {
    const ScratchFolder folder;
    const Words more{"--cells", "rnn,gru", "--seeds", "2", "--jobs", "2"};
    const auto reference = run_program(training("compare", folder / "reference", joined(more, {"--jobs", "1"})));
    ASSERT_EQ(reference.exit_code, 0) << reference.errors;

    RunningProgram program(training("compare", folder / "run", more));
    const auto first = folder / "run" / "gru-seed-3";
    ASSERT_TRUE(wait_for([&] { return fs::exists(first / "model.safetensors"); })) << program.errors();
    program.send(SIGKILL);
    ASSERT_EQ(program.wait().exit_code, 128 + SIGKILL);
    const auto written = fs::last_write_time(first / "model.safetensors");

    const auto resumed = run_program({"compare", "--resume", folder / "run", "--json", folder / "result.json"});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.errors;
    EXPECT_EQ(fs::last_write_time(first / "model.safetensors"), written);
    for (const char* run : {"simple_rnn-seed-3", "simple_rnn-seed-4", "gru-seed-3", "gru-seed-4"}) {
        expect_same_run(folder / "run" / run, folder / "reference" / run);
    }
    const auto accuracies = [](const fs::path& path) {
        std::vector<json> values;
        const auto result = json::parse(content_of(path));
        for (const auto& run : result["runs"]) {
            values.push_back({run["cell"], run["seed"], run["test_accuracy"], run["parameters"], run["engine"]});
        }
        return values;
    };
    EXPECT_EQ(accuracies(folder / "result.json"), accuracies(folder / "reference" / "comparison.json"));
    // A comparison that lacks nothing is only shown again.
    const auto again = run_program({"compare", "--resume", folder / "run"});
    EXPECT_EQ(again.exit_code, 0) << again.errors;
    EXPECT_EQ(again.output, resumed.output);
    EXPECT_THAT(again.errors, Not(HasSubstr("epoch 1/")));
}

TEST(ResumeCommand, RefusesWhatDoesNotFit) {
    const ScratchFolder folder;
    RunningProgram program(training("train", folder / "run"));
    ASSERT_TRUE(wait_for([&] { return fs::exists(folder / "run" / "checkpoint.safetensors"); }));
    program.send(SIGKILL);
    (void)program.wait();
    const auto refuse = [&](const Words& more, int exit_code, const std::string& message) {
        const auto result = run_program(more);
        EXPECT_EQ(result.exit_code, exit_code) << result.errors;
        EXPECT_THAT(result.errors, HasSubstr(message));
        EXPECT_EQ(result.output, "");
    };
    const std::string run = folder / "run";
    refuse({"train", "--resume", run, "--learning-rate", "0.5"}, 2, "--learning-rate cannot be changed by --resume");
    refuse({"train", "--resume", run, "--output", folder / "other"}, 2, "leave --config and --output out");
    refuse({"compare", "--resume", run}, 2, "was begun by 'train'");
    refuse({"train", "--resume", folder / "absent"}, 3, "there is no run folder");
    refuse(training("train", run), 2, "continue it with --resume");
    const auto checkpoint = folder / "run" / "checkpoint.safetensors";
    const auto bytes = content_of(checkpoint);
    std::ofstream(checkpoint, std::ios::binary) << bytes.substr(0, bytes.size() - 9);
    refuse({"train", "--resume", run}, 3, "checkpoint.safetensors");
}

// A file system of a few megabytes that fills up. Only root may mount one.
TEST(ResumeCommand, SurvivesAFullDisk) {
    const ScratchFolder folder;
    ASSERT_EQ(run_program(training("train", folder / "reference")).exit_code, 0);
    const auto disk = folder / "disk";
    fs::create_directory(disk);
    if (::mount("cellwise-test", disk.c_str(), "tmpfs", 0, "size=64m") != 0) {
        GTEST_SKIP() << "a small file system cannot be mounted here: " << std::strerror(errno);
    }
    struct Unmount {
        fs::path path;
        ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
    } unmount{disk};
    RunningProgram program(training("train", disk / "run"));
    ASSERT_TRUE(wait_for([&] { return fs::exists(disk / "run" / "checkpoint.safetensors"); }));
    {
        std::ofstream fill(disk / "fill", std::ios::binary);
        const std::string block(1 << 16, 'x');
        while (fill.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    }
    const auto stopped = program.wait();
    EXPECT_EQ(stopped.exit_code, 4) << stopped.errors;
    EXPECT_THAT(stopped.errors, HasSubstr("No space left on device"));
    EXPECT_THAT(stopped.errors, HasSubstr("train --resume"));
    fs::remove(disk / "fill");
    const auto resumed = run_program({"train", "--resume", disk / "run"});
    EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
    expect_same_run(disk / "run", folder / "reference");
}

}  // namespace
}  // namespace cellwise
