#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <sstream>
#include <type_traits>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/utf8.h"
#include "training/configuration.h"
#include "training/setting_text.h"

namespace cellwise::training {
namespace {

constexpr std::uintmax_t largest_configuration = 1 << 20;  // bytes
// The parser makes a table within a table for every dot in a key, however many, and takes them apart by recursion.
constexpr std::ptrdiff_t most_dots = 1000;

// Numbers and truth values stand bare in TOML; all else is a string.
template <class Value>
void insert(toml::table& table, std::string_view key, const Value& value) {
    if constexpr (std::is_same_v<Value, bool> || std::is_same_v<Value, double> || std::is_same_v<Value, std::int64_t>) {
        table.insert(key, value);
    } else if constexpr (std::is_same_v<Value, std::uint64_t>) {
        // TOML's integers have 63 bits; a larger seed stands as text.
        if (std::in_range<std::int64_t>(value)) {
            table.insert(key, static_cast<std::int64_t>(value));
        } else {
            table.insert(key, setting_text::format(value));
        }
    } else {
        table.insert(key, text_of_bytes(setting_text::format(value)));  // a path may be other bytes than UTF-8
    }
}

std::string text_of_node(const toml::node& node, const std::string& where) {
    if (const auto* text = node.as_string()) return bytes_of_text(text->get());
    if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
    if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
    if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
    if (const auto* list = node.as_array()) {
        std::string text;
        for (const auto& item : *list) {
            if (item.is_array()) break;
            text += (text.empty() ? "" : ",") + text_of_node(item, where);
        }
        return text;
    }
    throw UsageError(fmt::format("{}: a text, number, truth value or list is expected", where));
}

}  // namespace

std::string to_toml(const Configuration& configuration) {
    toml::table table;
    visit_settings(configuration,
                   [&](std::string_view key, const auto& value, std::string_view) { insert(table, key, value); });
    std::ostringstream out;
    out << table << '\n';
    return out.str();
}

void apply_toml_file(Configuration& configuration, const std::string& path) {
    const auto text = read_file(path, largest_configuration);
    if (std::count(text.begin(), text.end(), '.') > most_dots) {
        throw DataError(fmt::format("'{}' has more than {} dots: that is no configuration", path, most_dots));
    }
    toml::table table;
    try {
        table = toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        throw DataError(
            fmt::format("'{}' is not TOML: line {}, column {}: {}", path, at.line, at.column, error.description()));
    }
    // The preset comes first, so that the file's own values win over it.
    if (const auto* preset = table.get("preset")) {
        configuration.apply_preset(text_of_node(*preset, fmt::format("'{}', preset", path)));
    }
    for (const auto& [key, node] : table) {
        const auto where = fmt::format("'{}', {}", path, key.str());
        set_from_text(configuration, key.str(), text_of_node(node, where), where);
    }
}

}  // namespace cellwise::training
