#include "settings/origin.h"

#include <fmt/format.h>

#include "core/error.h"

namespace cellwise::settings {

Origin origin_of(std::span<const Setting> settings, const std::string& data_sha256) {
    Origin origin;
    origin.data_sha256 = data_sha256;
    for (const auto& setting : settings) {
        if (setting.effect.in_origin) origin.settings[setting.key] = setting.text();
    }
    return origin;
}

void require_same_settings(const Origin& stored, const Origin& wanted, const std::string& where) {
    for (const auto& [key, value] : wanted.settings) {
        const auto found = stored.settings.find(key);
        if (found == stored.settings.end()) throw DataError(fmt::format("{} does not know the setting {}", where, key));
        if (found->second != value) {
            throw DataError(
                fmt::format("{} has {} '{}', but the run would continue with '{}': this setting cannot change", where,
                            key, found->second, value));
        }
    }
    if (stored.data_sha256 != wanted.data_sha256) {
        throw DataError(
            fmt::format("{} was made on other data (SHA-256 {:.12}…) than what was found now ({:.12}…): give "
                        "the same with --data",
                        where, stored.data_sha256, wanted.data_sha256));
    }
}

}  // namespace cellwise::settings
