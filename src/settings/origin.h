#pragma once

#include <map>
#include <span>
#include <string>

#include "settings/setting.h"

namespace cellwise::settings {

/// What a training stands on; it can only go on where all of this is the same.
struct Origin {
    std::map<std::string, std::string> settings;  ///< the settings that decide the result, by key
    std::string data_sha256;
};

/// Settings that do not change the result (threads, jobs, where the data lies, …) are left out.
[[nodiscard]] Origin origin_of(std::span<const Setting> settings, const std::string& data_sha256);

/// Throws DataError, naming `where` and the first setting that differs.
void require_same_settings(const Origin& stored, const Origin& wanted, const std::string& where);

}  // namespace cellwise::settings
