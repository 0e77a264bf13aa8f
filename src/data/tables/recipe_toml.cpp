#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/recipe.h"

namespace cellwise::tables {
namespace {

// The parser takes nested tables apart by recursion; a dot makes one.
constexpr std::ptrdiff_t most_dots = 1000;

nlohmann::ordered_json settings_of(const toml::table& table, const std::string& where) {
    nlohmann::ordered_json settings;
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        if (const auto* text = node.as_string(); text && (name == "do" || name == "rule")) {
            settings[name] = text->get();
        } else if (const auto* list = node.as_array(); list && name == "rules") {
            settings[name] = nlohmann::ordered_json::array();
            for (const auto& item : *list) {
                const auto* rule = item.as_string();
                if (!rule) throw UsageError(fmt::format("{}: every rule is a text in quotes", where));
                settings[name].push_back(rule->get());
            }
        } else {
            throw UsageError(
                fmt::format("{}: '{}' is none of do = \"…\", rule = \"…\", rules = [\"…\"]", where, printable(name)));
        }
    }
    return settings;
}

toml::table parse(std::string_view text, const std::string& origin) {
    if (std::count(text.begin(), text.end(), '.') > most_dots) {
        throw DataError(fmt::format("'{}' has more than {} dots: that is no recipe", origin, most_dots));
    }
    try {
        return toml::parse(text, origin);
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        throw DataError(
            fmt::format("'{}' is not TOML: line {}, column {}: {}", origin, at.line, at.column, error.description()));
    }
}

}  // namespace

std::string Recipe::toml() const {
    std::string text;
    for (const auto& step : steps_) {
        toml::table table;
        const auto settings = step->settings();
        for (const auto& [key, value] : settings.items()) {
            if (value.is_string()) {
                table.insert(key, value.get<std::string>());
            } else {
                toml::array list;
                for (const auto& item : value.get<std::vector<std::string>>()) list.push_back(item);
                table.insert(key, std::move(list));
            }
        }
        std::ostringstream out;
        out << table;
        text += (text.empty() ? "[[step]]\n" : "\n[[step]]\n") + out.str() + "\n";
    }
    return text;
}

Recipe Recipe::from_toml(std::string_view text, const std::string& origin) {
    const auto document = parse(text, origin);
    Recipe recipe;
    for (const auto& [key, node] : document) {
        if (key.str() != "step" || !node.is_array_of_tables()) {
            throw UsageError(
                fmt::format("'{}', line {}: a recipe has [[step]] tables alone", origin, node.source().begin.line));
        }
    }
    if (const auto* steps = document.get_as<toml::array>("step")) {
        for (const auto& node : *steps) {
            const auto where = fmt::format("'{}', line {}", origin, node.source().begin.line);
            recipe.add(make_step(settings_of(*node.as_table(), where), where));
        }
    }
    return recipe;
}

}  // namespace cellwise::tables
