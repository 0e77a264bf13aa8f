#include "search/study_settings.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <sstream>

#include "core/atomic_file.h"
#include "core/error.h"

namespace cellwise::search {
namespace {

constexpr std::uintmax_t largest_study_file = 4 << 20;
constexpr std::string_view context_prefix = "context.";

/// Every setting but the space, by name, as text.
Values plain_settings(const StudySettings& settings) {
    const auto& [kind, seed, startup_trials, grid_points, multivariate] = settings.sampler;
    Values all{{"sampler", std::string(sampler_name(kind))},
               {"seed", fmt::format("{}", seed)},
               {"startup-trials", fmt::format("{}", startup_trials)},
               {"grid-points", fmt::format("{}", grid_points)},
               {"multivariate", multivariate ? "true" : "false"},
               {"pruner", std::string(pruner_name(settings.pruner.kind))},
               {"pruner-startup-trials", fmt::format("{}", settings.pruner.startup_trials)},
               {"pruner-first-step", fmt::format("{}", settings.pruner.first_step)},
               {"pruner-reduction", fmt::format("{}", settings.pruner.reduction)},
               {"round", fmt::format("{}", settings.round)}};
    for (const auto& [name, text] : settings.context) all.emplace_back(std::string(context_prefix) + name, text);
    return all;
}

template <class Number>
Number number_of(const std::string& name, const std::string& text) {
    Number number{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size()) {
        throw DataError(fmt::format("{}: '{}' is not such a number", name, text));
    }
    return number;
}

void set(StudySettings& settings, const std::string& name, const std::string& text) {
    auto& sampler = settings.sampler;
    auto& pruner = settings.pruner;
    if (name.starts_with(context_prefix)) {
        settings.context.emplace_back(name.substr(context_prefix.size()), text);
    } else if (name == "sampler") {
        sampler.kind = parse_sampler(text);
    } else if (name == "seed") {
        sampler.seed = number_of<std::uint64_t>(name, text);
    } else if (name == "startup-trials") {
        sampler.startup_trials = number_of<std::size_t>(name, text);
    } else if (name == "grid-points") {
        sampler.grid_points = number_of<std::size_t>(name, text);
    } else if (name == "multivariate") {
        sampler.multivariate = text == "true";
    } else if (name == "pruner") {
        pruner.kind = parse_pruner(text);
    } else if (name == "pruner-startup-trials") {
        pruner.startup_trials = number_of<std::int64_t>(name, text);
    } else if (name == "pruner-first-step") {
        pruner.first_step = number_of<std::int64_t>(name, text);
    } else if (name == "pruner-reduction") {
        pruner.reduction = number_of<std::int64_t>(name, text);
    } else if (name == "round") {
        settings.round = number_of<std::size_t>(name, text);
    } else {
        throw DataError(fmt::format("there is no setting '{}' of a study", name));
    }
}

std::vector<std::string> texts_of(const toml::table& table, std::string_view key) {
    std::vector<std::string> texts;
    const auto* list = table[key].as_array();
    if (list == nullptr) throw DataError(fmt::format("its list '{}' is missing", key));
    for (const auto& item : *list) {
        if (!item.is_string()) throw DataError(fmt::format("its list '{}' has more than texts", key));
        texts.push_back(item.as_string()->get());
    }
    return texts;
}

StudySettings settings_of(const toml::table& table) {
    StudySettings settings;
    settings.space = Space::parse(texts_of(table, "search"), "search");
    for (const auto& text : texts_of(table, "settings")) {
        const auto equals = text.find('=');
        if (equals == std::string::npos) throw DataError(fmt::format("'{}' is no setting", text));
        set(settings, text.substr(0, equals), text.substr(equals + 1));
    }
    settings.validate();
    return settings;
}

}  // namespace

void StudySettings::validate() const {
    constexpr std::size_t largest_round = 1000;
    if (space.size() == 0) throw UsageError("the space is empty: name at least one setting to search");
    sampler.validate();
    pruner.validate();
    if (round < 1 || round > largest_round) {
        throw UsageError(fmt::format("a round has 1 to {} trials, not {}", largest_round, round));
    }
}

std::string to_toml(const StudySettings& settings) {
    toml::array search, plain;
    for (const auto& text : settings.space.texts()) search.push_back(text);
    for (const auto& [name, text] : plain_settings(settings)) plain.push_back(fmt::format("{}={}", name, text));
    std::ostringstream out;
    // Texts in lists keep their order, which a table's keys do not.
    out << "# A study of cellwise. Its trials are in trials.jsonl; what is here decides them.\n"
        << toml::table{{"schema_version", 1}, {"search", search}, {"settings", plain}} << '\n';
    return out.str();
}

StudySettings read_study_settings(const std::filesystem::path& path) {
    const auto bytes = read_file(path, largest_study_file);
    try {
        return settings_of(toml::parse(bytes, path.string()));
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        throw DataError(fmt::format("'{}' is not TOML: line {}, column {}: {}", path.string(), at.line, at.column,
                                    error.description()));
    } catch (const Error& error) {
        throw DataError(fmt::format("'{}' describes no study: {}", path.string(), error.what()));
    }
}

std::vector<std::string> differences(const StudySettings& former, const StudySettings& now) {
    auto lines = differences(former.space, now.space);
    const auto was = plain_settings(former), is = plain_settings(now);
    const auto text_in = [](const Values& values, const std::string& name) -> std::optional<std::string> {
        for (const auto& [known, text] : values) {
            if (known == name) return text;
        }
        return std::nullopt;
    };
    const auto shown = [](const std::string& name) {
        return name.starts_with(context_prefix) ? name.substr(context_prefix.size()) : name;
    };
    for (const auto& [name, text] : was) {
        const auto other = text_in(is, name);
        if (!other) lines.push_back(fmt::format("{} was {}, is not given now", shown(name), text));
        if (other && *other != text) lines.push_back(fmt::format("{} was {}, is {}", shown(name), text, *other));
    }
    for (const auto& [name, text] : is) {
        if (!text_in(was, name)) lines.push_back(fmt::format("{} was not given, is {}", shown(name), text));
    }
    return lines;
}

}  // namespace cellwise::search
