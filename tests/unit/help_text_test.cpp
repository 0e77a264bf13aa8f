#include "cli/terminal/help_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "cli/flags/input_guard.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "scratch_folder.h"
#include "unit/error_of.h"

namespace cellwise::cli {
namespace {

using testing::HasSubstr;

TEST(Wrapped, GoesOnBelowTheLastColumn) {
    EXPECT_EQ(wrapped("  --flag TEXT   what it is good for\n", 24),
              "  --flag TEXT   what it\n"
              "                is good\n"
              "                for\n");
    EXPECT_EQ(wrapped("one two three", 8), "one two\nthree");
    EXPECT_EQ(wrapped("    indented words here", 16), "    indented\n      words here");
}

TEST(Wrapped, LeavesWhatFitsAndWhatCannotBeBroken) {
    EXPECT_EQ(wrapped("", 5), "");
    EXPECT_EQ(wrapped("short\n\n  a  b\n", 20), "short\n\n  a  b\n");
    EXPECT_EQ(wrapped("anendlessword and more", 6), "anendlessword\nand\nmore");
    EXPECT_EQ(wrapped("가나다라 마바사", 9), "가나다라 마바사") << "counted in characters, not in bytes";
}

TEST(Wrapped, LosesNoWord) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "word" + std::to_string(i) + (i % 7 == 0 ? "  " : " ");
    for (std::size_t columns = 10; columns < 90; columns += 7) {
        std::istringstream before(text), after(wrapped(text, columns));
        const std::vector<std::string> expected{std::istream_iterator<std::string>(before), {}};
        const std::vector<std::string> found{std::istream_iterator<std::string>(after), {}};
        EXPECT_EQ(found, expected) << columns;
    }
}

// A command that reads --data and writes --json and --svg.
struct Command {
    Command() {
        auto* command = app.add_subcommand("work");
        command->add_option("--data", data);
        command->add_option("--json", json);
        command->add_option("--svg", svg);
        command->callback([this] { worked = true; });
        guard_inputs(app);
    }
    void run(std::vector<std::string> words) {
        std::reverse(words.begin(), words.end());  // as CLI11 takes them
        app.parse(words);
    }
    CLI::App app;
    std::string data, json, svg;
    bool worked = false;
};

TEST(InputGuard, RefusesBeforeTheWork) {
    const test::ScratchFolder folder;
    const auto table = (folder / "table").string(), link = (folder / "link").string();
    write_file_atomically(table, "x");
    std::filesystem::create_symlink("table", link);
    for (const auto& output : {table, link}) {
        Command command;
        EXPECT_THAT(test::error_of<UsageError>([&] {
                        command.run({"work", "--data", table, "--json", output});
                    }),
                    HasSubstr("--data names to be read"));
        EXPECT_FALSE(command.worked);
    }
    Command twice;
    EXPECT_THAT(test::error_of<UsageError>([&] {
                    twice.run({"work", "--json", "new", "--svg", "new"});
                }),
                HasSubstr("name the same file"));
    Command allowed;
    allowed.run({"work", "--data", table, "--json", "-", "--svg", (folder / "new").string()});
    EXPECT_TRUE(allowed.worked);
}

}  // namespace
}  // namespace cellwise::cli
