#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "settings/setting.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cellwise::cli {

/// Adds the setting's flag to a command: of a truth value a flag without a value, else an option with the setting's
/// text as its default. `take` gets the text that the user gave. `flag` and `help` replace the setting's own where they
/// are not empty.
CLI::Option* add_setting_flag(CLI::App& command, const settings::Setting& setting,
                              std::function<void(const std::string& text)> take, std::string flag = {},
                              std::string help = {});

}  // namespace cellwise::cli
