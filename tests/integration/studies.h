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

inline Arguments joined(Arguments one, const Arguments& more) {
    one.insert(one.end(), more.begin(), more.end());
    return one;
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

/// Begins a study, or goes on with it, and kills the program without warning after a while, again and again until the
/// journal has so many trials; the last call is let run to its end. The number of kills.
inline int killed_again_and_again(const Arguments& begin, const Arguments& command, const std::filesystem::path& study,
                                  std::size_t trials, std::chrono::milliseconds first, std::chrono::milliseconds step) {
    int kills = 0;
    const auto resume = joined(command, {"--resume", study.string()});
    const auto next = [&] { return std::filesystem::exists(study / "study.toml") ? resume : begin; };
    for (; lines_in(study) < trials && kills < 60; ++kills) {
        const RunningProgram program(next());
        std::this_thread::sleep_for(first + step * (kills % 7));
        program.send(SIGKILL);
    }
    const auto last = run_program(next());
    EXPECT_EQ(last.exit_code, 0) << last.errors;
    return kills;
}

}  // namespace cellwise::test
