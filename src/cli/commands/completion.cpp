#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/command_tree.h"
#include "cli/flags/completion_script.h"
#include "cli/terminal/output.h"
#include "core/error.h"

namespace cellwise::cli {

void add_completion(CLI::App& app) {
    auto shell = std::make_shared<std::string>();
    auto* command = add_command(app, "completion");
    command->add_option("shell", *shell, "bash or zsh")->required()->type_name("SHELL");
    command->callback([shell, &app] {
        if (*shell != "bash" && *shell != "zsh") {
            throw UsageError(fmt::format("there is no completion for '{}': choose bash or zsh", *shell));
        }
        const auto tree = command_tree(app);
        Output("").print(*shell == "bash" ? bash_completion(tree) : zsh_completion(tree));
    });
    command->footer(
        "Examples:\n"
        "  source <(cellwise completion bash)                        in this shell, or from ~/.bashrc\n"
        "  cellwise completion zsh > ~/.zfunc/_cellwise              with fpath+=~/.zfunc before compinit\n"
        "cmake --install puts both where the shells look for them.");
}

}  // namespace cellwise::cli
