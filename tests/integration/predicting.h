#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/program.h"

namespace cellwise::test {

inline std::string spaced(const nlohmann::json& ids) {
    std::string text;
    for (const auto& id : ids) text += std::to_string(id.get<int>()) + " ";
    return text;
}

/// predict --ids of some rows: the probabilities.
inline std::vector<double> probabilities(const std::string& model, const nlohmann::json& rows,
                                         std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"predict", "--model", model, "--ids", "--json", "-"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    for (const auto& row : rows) arguments.push_back(spaced(row));
    const auto result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    std::vector<double> found;
    if (result.exit_code != 0) return found;
    const auto document = nlohmann::json::parse(result.output);
    for (const auto& prediction : document["predictions"]) {
        found.push_back(prediction["probability"].get<double>());
    }
    return found;
}

}  // namespace cellwise::test
