#include "cli/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <type_traits>

#include "core/error.h"
#include "core/log.h"
#include "training/setting_text.h"

namespace cellwise::cli {
namespace {

std::string flag_of(std::string key) {
    std::replace(key.begin(), key.end(), '_', '-');
    return "--" + key;
}

template <class Value>
std::string type_name() {
    if constexpr (std::is_same_v<Value, double>) return "NUMBER";
    if constexpr (std::is_integral_v<Value>) return "COUNT";
    if constexpr (std::is_same_v<Value, std::vector<Cell>>) return "LIST";
    return "TEXT";
}

}  // namespace

SettingFlags::SettingFlags(CLI::App& app, bool single) : single_(single) {
    training::Configuration defaults;
    if (single) defaults.cells = {Cell::lstm};
    training::visit_settings(defaults, [&](const std::string& key, const auto& value, const std::string& help) {
        using Value = std::decay_t<decltype(value)>;
        if (single_ && (key == "seeds" || key == "jobs" || key == "baseline")) return;
        const auto flag = single_ && key == "cells" ? std::string("--cell") : flag_of(key);
        if constexpr (std::is_same_v<Value, bool>) {
            flags_[key] = app.add_flag_callback(
                flag, [this, key] { texts_[key] = "true"; }, help + " [off]");
        } else {
            auto* option = app.add_option(flag, texts_[key], help)->type_name(type_name<Value>())->take_last();
            const auto text = training::setting_text::format(value);
            if (!text.empty()) option->default_str(text);
            flags_[key] = option;
        }
    });
    app.add_option("--config", config_, "read settings from a TOML file (a run's config.toml); flags win over it")
        ->type_name("FILE");
    app.add_option("--output", output, "the folder that becomes the run")
        ->type_name("DIR")
        ->default_str("runs/<date>-<name>");
    app.add_option("--json", json, "write the results as JSON to a file, or - for standard output")->type_name("FILE");
    add_display_flags(app);
}

training::Configuration SettingFlags::resolve() const {
    training::Configuration configuration;
    if (single_) configuration.cells = {Cell::lstm};
    const auto given = [&](const std::string& key) {
        const auto flag = flags_.find(key);
        return flag != flags_.end() && flag->second->count() > 0;
    };
    if (!config_.empty()) training::apply_toml_file(configuration, config_);
    if (given("preset")) configuration.apply_preset(texts_.at("preset"));
    for (const auto& [key, option] : flags_) {
        if (!given(key)) continue;
        const auto flag = single_ && key == "cells" ? std::string("--cell") : flag_of(key);
        training::set_from_text(configuration, key, texts_.at(key), flag);
    }
    if (single_ && configuration.cells.size() != 1) {
        throw UsageError("this command trains one model: name one cell with --cell");
    }
    configuration.validate();
    // What is written and shown is the rate in force, not "the default".
    configuration.training.learning_rate = configuration.training.effective_learning_rate();
    return configuration;
}

void add_display_flags(CLI::App& app) {
    auto* quiet = app.add_flag_callback(
        "--quiet", [] { log::set_level(log::Level::quiet); }, "print results only");
    app.add_flag_callback(
           "--verbose", [] { log::set_level(log::Level::verbose); }, "print more of what is done")
        ->excludes(quiet);
    app.add_flag_callback(
        "--no-color", [] { ::setenv("NO_COLOR", "1", 1); }, "no colours and no live line");
}

bool is_live_terminal() {
    const char* no_color = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && log::level() != log::Level::quiet &&
           (no_color == nullptr || *no_color == '\0') && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

}  // namespace cellwise::cli
