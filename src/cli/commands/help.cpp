#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/usage_errors.h"
#include "cli/terminal/help_text.h"
#include "cli/terminal/output.h"
#include "core/version.h"

namespace cellwise::cli {

void add_help(CLI::App& app) {
    auto words = std::make_shared<std::vector<std::string>>();
    auto* command = add_command(app, "help");
    command->add_option("command", *words, "the command, as in 'help runs list'")->type_name("COMMAND");
    command->callback([words, &app] { Output("").print(help_of(command_at(app, *words))); });
    command->footer("Examples:\n  cellwise help\n  cellwise help train\n  cellwise help runs compare");
}

void add_version(CLI::App& app) {
    auto* command = add_command(app, "version");
    command->callback([] { Output("").print(fmt::format("cellwise {}\n", program_version())); });
}

}  // namespace cellwise::cli
