#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "integration/program.h"

// Studies of `tune` and `customers tune`, and what their folders hold.
namespace cellwise::test {

using Arguments = std::vector<std::string>;

/// A flag of `more` takes the place of the same one, with its value, among `one`.
inline Arguments joined(Arguments one, const Arguments& more) {
    for (const auto& flag : more) {
        const auto known = flag.starts_with("--") ? std::find(one.begin(), one.end(), flag) : one.end();
        if (known != one.end()) one.erase(known, known + 2);
    }
    one.insert(one.end(), more.begin(), more.end());
    return one;
}

/// A study of reviews over the learning rate and dropout, small enough to take seconds, with two fresh seeds at its
/// end.
inline Arguments review_study(const std::filesystem::path& study, const Arguments& more) {
    return joined({"tune",
                   "--cell",
                   "lstm",
                   "--data",
                   "synthetic",
                   "--limit",
                   "300",
                   "--length",
                   "30",
                   "--hidden-size",
                   "8",
                   "--embedding-size",
                   "4",
                   "--vocabulary-size",
                   "200",
                   "--epochs",
                   "3",
                   "--search",
                   "learning-rate=log:1e-3..1e-1",
                   "--search",
                   "dropout=0..0.5",
                   "--confirm-seeds",
                   "2",
                   "--output",
                   study.string()},
                  more);
}

/// The journal by number, without the seconds.
inline std::map<int, nlohmann::json> trials_in(const std::filesystem::path& study) {
    std::map<int, nlohmann::json> trials;
    std::ifstream file(study / "trials.jsonl");
    for (std::string line; std::getline(file, line);) {
        auto trial = nlohmann::json::parse(line);
        trial.erase("seconds");
        trials[trial.at("number").get<int>()] = trial;
    }
    return trials;
}

/// What the journal has by now, whether or not its last line is whole.
inline std::size_t lines_in(const std::filesystem::path& study) {
    const auto text = content_of(study / "trials.jsonl");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Every file of the trials' run folders with these names, by its path in the study.
inline std::map<std::string, std::string> trial_files(const std::filesystem::path& study, const Arguments& names) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(study)) {
        const auto path = std::filesystem::relative(entry.path(), study).string();
        const bool is_named =
            names.empty() || std::find(names.begin(), names.end(), entry.path().filename()) != names.end();
        if (entry.is_regular_file() && path.starts_with("trial-") && is_named) files[path] = content_of(entry.path());
    }
    return files;
}

/// Begins a study, or goes on with it, and kills the program without warning soon after its journal has one trial more,
/// `step` later each time, again and again until there are so many trials; the last call is let run to its end. The
/// number of kills after which trials were missing.
inline int killed_again_and_again(const Arguments& begin, const Arguments& command, const std::filesystem::path& study,
                                  std::size_t trials, std::chrono::milliseconds step) {
    int kills = 0;
    const auto resume = joined(command, {"--resume", study.string()});
    const auto next = [&] { return std::filesystem::exists(study / "study.toml") ? resume : begin; };
    for (int call = 0; lines_in(study) < trials; ++call) {
        const auto before = lines_in(study);
        const RunningProgram program(next());
        const auto begun = std::chrono::steady_clock::now();
        while (lines_in(study) == before && std::chrono::steady_clock::now() - begun < std::chrono::minutes(2)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        std::this_thread::sleep_for(step * (call % 5));
        program.send(SIGKILL);
        kills += lines_in(study) < trials ? 1 : 0;
    }
    const auto last = run_program(next());
    EXPECT_EQ(last.exit_code, 0) << last.errors;
    return kills;
}

}  // namespace cellwise::test
