#pragma once

#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace cellwise::cli {

/// One command of the program.
struct CommandEntry {
    std::string_view name;
    std::string_view description;  ///< one line of the program's help
    bool needs_torch = true;       ///< false: it works without LibTorch, and starts without loading it
};

/// All commands, in the order of the help.
[[nodiscard]] std::span<const CommandEntry> all_commands();

/// Adds the command of this name with its description. Throws InternalError for a name that is not in the list.
CLI::App* add_command(CLI::App& app, std::string_view name);

/// Whether these arguments of the program (argv) want what only the program with LibTorch can do. `customers` is both:
/// describe, clean and synthetic need none. So does the help of one command of the others.
[[nodiscard]] bool wants_torch(std::span<char* const> arguments);

}  // namespace cellwise::cli
