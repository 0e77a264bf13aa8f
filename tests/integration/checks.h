#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/program.h"

namespace cellwise::test {

/// What the program prints with --json -; it must succeed.
inline nlohmann::json json_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const auto result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    return nlohmann::json::parse(result.output);
}

/// The program must refuse with this exit code and message, print no results, and not call it a bug.
inline void expect_refusal(const std::vector<std::string>& arguments, int exit_code, const std::string& message) {
    const auto result = run_program(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << message << "\n" << result.errors;
    EXPECT_THAT(result.errors, testing::HasSubstr(message));
    EXPECT_THAT(result.errors, testing::Not(testing::HasSubstr("internal error")));
    EXPECT_EQ(result.output, "");
}

/// Another program's XML parser must read the file.
inline void expect_well_formed_xml(const std::filesystem::path& path) {
    const auto command = "python3 -c \"import sys, xml.dom.minidom as x; x.parse(sys.argv[1])\" " + path.string();
    EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace cellwise::test
