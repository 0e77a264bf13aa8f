#include "settings/toml.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <sstream>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/utf8.h"
#include "settings/setting_text.h"

namespace cellwise::settings {
namespace {

constexpr std::uintmax_t largest_configuration = 1 << 20;  // bytes
// The parser makes a table within a table for every dot in a key, however many, and takes them apart by recursion.
constexpr std::ptrdiff_t most_dots = 1000;

// Numbers and truth values stand bare in TOML; all else is a string.
void insert(toml::table& table, const Setting& setting) {
    const auto text = setting.text();
    if (setting.shape == Shape::flag) {
        table.insert(setting.key, text == "true");
    } else if (setting.shape == Shape::number) {
        table.insert(setting.key, real(text, setting.key));
    } else if (setting.shape == Shape::count &&
               (text.starts_with('-') || std::in_range<std::int64_t>(natural(text, setting.key)))) {
        table.insert(setting.key, integer(text, setting.key));
    } else {  // a seed may pass TOML's 63 bits: it stands as text then; a path may be other bytes than UTF-8
        table.insert(setting.key, text_of_bytes(text));
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

std::string to_toml(std::span<const Setting> settings) {
    toml::table table;
    for (const auto& setting : settings) insert(table, setting);
    std::ostringstream out;
    out << table << '\n';
    return out.str();
}

std::string place_in(const std::string& path, const std::string& key) { return fmt::format("'{}', {}", path, key); }

Values read_toml(const std::string& path) {
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
    Values values;
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        values.emplace_back(name, text_of_node(node, place_in(path, name)));
    }
    return values;
}

}  // namespace cellwise::settings
