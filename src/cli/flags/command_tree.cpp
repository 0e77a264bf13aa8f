#include "cli/flags/command_tree.h"

#include <CLI/CLI.hpp>

namespace cellwise::cli {
namespace {

Argument argument_of(const CLI::Option& option) {
    Argument argument;
    argument.is_positional = option.get_positional();
    if (argument.is_positional) {
        argument.names.push_back(option.get_name(true));
    } else {
        for (const auto& name : option.get_snames()) argument.names.push_back("-" + name);
        for (const auto& name : option.get_lnames()) argument.names.push_back("--" + name);
    }
    if (option.get_items_expected_max() > 0) {
        argument.type = option.get_type_name();
        if (argument.type.empty()) argument.type = "TEXT";
    }
    argument.description = option.get_description();
    argument.default_value = option.get_default_str();
    argument.is_required = option.get_required();
    return argument;
}

Command command_of(const CLI::App& app, const std::string& path) {
    Command command{app.get_name(), path, app.get_description(), app.get_footer(), {}, {}};
    for (const auto* option : app.get_options()) command.arguments.push_back(argument_of(*option));
    for (const auto* inner : app.get_subcommands({})) {
        if (inner->get_group().empty()) continue;  // hidden
        command.commands.push_back(
            command_of(*inner, path.empty() ? inner->get_name() : path + " " + inner->get_name()));
    }
    return command;
}

void collect(const Command& command, std::vector<const Command*>& all) {
    all.push_back(&command);
    for (const auto& inner : command.commands) collect(inner, all);
}

}  // namespace

Command command_tree(const CLI::App& app) { return command_of(app, ""); }

std::vector<const Command*> all_commands(const Command& root) {
    std::vector<const Command*> all;
    collect(root, all);
    return all;
}

}  // namespace cellwise::cli
