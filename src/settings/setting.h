#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cellwise::settings {

/// What a setting's text looks like: "true" or "false"; a whole number; a number; a number or nothing; parts between
/// commas; a path, empty for none; any text.
enum class Shape { flag, count, number, optional_number, list, path, text };

/// What a setting decides.
struct Effect {
    bool in_origin = true;        ///< the result's bits: a checkpoint is of one value of it
    bool fixed_on_resume = true;  ///< --resume refuses another value
    bool tells_kinds = true;      ///< runs that differ in it are of different kinds, not repetitions
};

/// One setting of a task: the single description behind its flag, its line in config.toml and its member in JSON.
/// It refers to the settings it was made of, which must outlive it.
struct Setting {
    std::string key;   ///< the word in config.toml and JSON; with dashes for underscores the flag
    std::string help;  ///< one line for people
    Shape shape = Shape::text;
    Effect effect;
    std::function<std::string()> text;  ///< the value's text, which set() reads back to the same value
    /// Throws UsageError that begins with `where` (a flag or a file) if the text is no value of this setting.
    std::function<void(std::string_view text, std::string_view where)> set;
};

/// Texts by key, in the order in which they were given.
using Values = std::vector<std::pair<std::string, std::string>>;

/// The setting of this key. Throws UsageError that begins with `where`, and names the nearest key, if there is none.
[[nodiscard]] const Setting& setting_named(std::span<const Setting> settings, std::string_view key,
                                           std::string_view where);

/// Every setting's value by its key: truth values and numbers as such, lists as arrays, all else as text.
[[nodiscard]] nlohmann::ordered_json settings_json(std::span<const Setting> settings);

/// --some-key for some_key.
[[nodiscard]] std::string flag_of(std::string_view key);

}  // namespace cellwise::settings
