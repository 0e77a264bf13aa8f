#pragma once

#include <string>

#include "cli/flags/command_tree.h"

namespace cellwise::cli {

/// The manual page, section 1, of the program and all its commands, in roff with the man macros (UTF-8).
[[nodiscard]] std::string man_page(const Command& root, const std::string& version);

}  // namespace cellwise::cli
