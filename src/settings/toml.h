#pragma once

#include <span>
#include <string>

#include "settings/setting.h"

namespace cellwise::settings {

/// config.toml's text: a line a setting, in the order of the keys.
[[nodiscard]] std::string to_toml(std::span<const Setting> settings);

/// The file's keys and values, in the order of the keys; nothing is set. Throws DataError (missing, no TOML: line and
/// column) or UsageError (a value that is no text, number, truth value or list) naming the file.
[[nodiscard]] Values read_toml(const std::string& path);

/// Where a value of read_toml stands, for messages: "'config.toml', epochs".
[[nodiscard]] std::string place_in(const std::string& path, const std::string& key);

}  // namespace cellwise::settings
