#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace cellwise::cli {

/// A flag or a positional argument, as the program knows it.
struct Argument {
    std::vector<std::string> names;  ///< "--epochs"; of a positional argument its name
    std::string type;                ///< "COUNT", "FILE"; empty if it takes no value
    std::string description;
    std::string default_value;  ///< empty: none
    bool is_positional = false;
    bool is_required = false;
};

/// A command, and the commands in it.
struct Command {
    std::string name;
    std::string path;  ///< with what stands before it: "data info"; empty for the program
    std::string description;
    std::string footer;  ///< examples and notes
    std::vector<Argument> arguments;
    std::vector<Command> commands;
};

/// The whole tree that the program parses by.
[[nodiscard]] Command command_tree(const CLI::App& app);

/// Every command of the tree with the program first, in its order.
[[nodiscard]] std::vector<const Command*> all_commands(const Command& root);

}  // namespace cellwise::cli
