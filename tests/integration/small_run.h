#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "integration/program.h"

namespace cellwise::test {

/// `train` or `compare` on so many synthetic reviews of 20 words, two epochs, four units: seconds at most.
inline void make_small_run(const std::string& reviews, const std::string& command, const std::string& output,
                           const std::vector<std::string>& more) {
    std::vector<std::string> words{command, "--data",   "synthetic", "--limit",       reviews, "--epochs",
                                   "2",     "--length", "20",        "--hidden-size", "4",     "--embedding-size",
                                   "4",     "--output", output};
    words.insert(words.end(), more.begin(), more.end());
    const auto result = run_program(words);
    ASSERT_EQ(result.exit_code, 0) << result.errors;
}

}  // namespace cellwise::test
