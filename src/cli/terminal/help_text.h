#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace cellwise::cli {

/// Text for people, no line of it wider than a terminal: long lines are broken between words, and go on below the
/// begin of their last column (what stands behind two blanks), or a little further in than their own begin. A word that
/// is wider than all stays whole.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns = 80);

/// The command's help, within 80 columns.
[[nodiscard]] std::string help_of(const CLI::App& command);

/// Sorts the commands of the program into groups by what people want to do.
void group_commands(CLI::App& app);

}  // namespace cellwise::cli
