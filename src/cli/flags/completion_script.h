#pragma once

#include <string>

#include "cli/flags/command_tree.h"

namespace cellwise::cli {

/// A script that completes commands, flags and the values of flags in bash; a file or folder where the
/// value is one. To be sourced, or to be put where bash-completion finds it, as "cellwise".
[[nodiscard]] std::string bash_completion(const Command& root);

/// The same for zsh, with descriptions; to be put into a folder of $fpath as "_cellwise".
[[nodiscard]] std::string zsh_completion(const Command& root);

}  // namespace cellwise::cli
