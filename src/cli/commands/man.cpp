#include <CLI/CLI.hpp>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/command_tree.h"
#include "cli/flags/man_page.h"
#include "cli/terminal/output.h"
#include "core/version.h"

namespace cellwise::cli {

void add_man(CLI::App& app) {
    auto* command = add_command(app, "man");
    command->callback([&app] { Output("").print(man_page(command_tree(app), std::string(program_version()))); });
    command->footer("Example:\n  cellwise man | man -l -\ncmake --install puts it where man looks for it.");
}

}  // namespace cellwise::cli
