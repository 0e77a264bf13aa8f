#include "settings/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/edit_distance.h"
#include "core/error.h"
#include "settings/setting_text.h"

namespace cellwise::settings {

const Setting& setting_named(std::span<const Setting> settings, std::string_view key, std::string_view where) {
    const auto found = std::ranges::find(settings, key, &Setting::key);
    if (found != settings.end()) return *found;
    std::vector<std::string> keys;
    for (const auto& setting : settings) keys.push_back(setting.key);
    throw UsageError(fmt::format("{}: there is no setting '{}'{}", where, key, did_you_mean(key, keys)));
}

nlohmann::ordered_json settings_json(std::span<const Setting> settings) {
    nlohmann::ordered_json json;
    for (const auto& setting : settings) {
        const auto text = setting.text();
        switch (setting.shape) {
            case Shape::flag:
                json[setting.key] = text == "true";
                break;
            case Shape::count:
                // Seeds take all 64 bits.
                if (text.starts_with('-')) {
                    json[setting.key] = integer(text, setting.key);
                } else {
                    json[setting.key] = natural(text, setting.key);
                }
                break;
            case Shape::number:
                json[setting.key] = real(text, setting.key);
                break;
            case Shape::list:
                json[setting.key] = split(text);
                break;
            case Shape::optional_number:
            case Shape::path:
            case Shape::text:
                json[setting.key] = text;
        }
    }
    return json;
}

std::string flag_of(std::string_view key) {
    std::string flag = fmt::format("--{}", key);
    std::ranges::replace(flag, '_', '-');
    return flag;
}

}  // namespace cellwise::settings
