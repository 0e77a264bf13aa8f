#include "cli/flags/settings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "cli/flags/setting_flag.h"
#include "core/error.h"
#include "core/log.h"
#include "runs/run_folder.h"

namespace cellwise::cli {
SettingFlags::SettingFlags(CLI::App& app, bool single) : single_(single) {
    sentiment::Configuration defaults;
    if (single) defaults.cells = {Cell::lstm};
    for (const auto& setting : settings_of(defaults)) {
        const auto& key = setting.key;
        if (single_ && (key == "seeds" || key == "jobs" || key == "baseline")) continue;
        flags_[key] = add_setting_flag(
            app, setting, [this, key](const std::string& text) { texts_[key] = text; }, flag_name(key));
        fixed_on_resume_[key] = setting.effect.fixed_on_resume;
    }
    app.add_option("--config", config_, "read settings from a TOML file (a run's config.toml); flags win over it")
        ->type_name("FILE");
    app.add_option("--output", output, "the folder that becomes the run")
        ->type_name("DIR")
        ->default_str("runs/<date>-<name>");
    app.add_option("--resume", resume, "go on with an interrupted run, with its own settings")->type_name("RUN");
    app.add_flag_callback(
        "--no-report", [this] { report = false; }, "write no report.html");
    app.add_flag("--distributed", distributed,
                 single_ ? "share every batch with the other processes that mpirun or srun started"
                         : "share the runs with the other processes that mpirun or srun started");
    app.add_option("--json", json, "write the results as JSON to a file, or - for standard output")->type_name("FILE");
    add_display_flags(app);
}

std::string SettingFlags::flag_name(const std::string& key) const {
    return single_ && key == "cells" ? "--cell" : settings::flag_of(key);
}

void SettingFlags::refuse_changes() const {
    for (const auto& [key, option] : flags_) {
        if (option->count() > 0 && fixed_on_resume_.at(key)) {
            throw UsageError(
                fmt::format("{} cannot be changed by --resume: the run keeps its own settings", flag_name(key)));
        }
    }
    if (!config_.empty() || !output.empty()) {
        throw UsageError("--resume goes on in the run's folder with its settings: leave --config and --output out");
    }
}

sentiment::Configuration SettingFlags::initial() const {
    sentiment::Configuration configuration;
    if (single_) configuration.cells = {Cell::lstm};
    if (!resume.empty()) {
        refuse_changes();
        if (!std::filesystem::is_directory(resume)) {
            throw DataError(fmt::format("--resume: there is no run folder '{}'", resume));
        }
        sentiment::apply_toml_file(configuration, (std::filesystem::path(resume) / "config.toml").string());
        return configuration;
    }
    if (!config_.empty()) sentiment::apply_toml_file(configuration, config_);
    return configuration;
}

sentiment::Configuration SettingFlags::resolve() const {
    auto configuration = initial();
    if (flags_.at("preset")->count() > 0) configuration.apply_preset(texts_.at("preset"));
    for (const auto& [key, option] : flags_) {
        if (option->count() > 0) sentiment::set_from_text(configuration, key, texts_.at(key), flag_name(key));
    }
    if (single_ && configuration.cells.size() != 1) {
        throw UsageError(resume.empty() ? std::string("this command trains one model: name one cell with --cell")
                                        : fmt::format("'{}' is a comparison: go on with 'compare --resume'", resume));
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
        "--no-color", [] { ::setenv("NO_COLOR", "1", 1); }, "no colours, as the variable NO_COLOR");
}

std::filesystem::path run_folder_of(const SettingFlags& flags, const std::string& name) {
    if (!flags.resume.empty()) return flags.resume;
    return flags.output.empty() ? runs::RunFolder::fresh_name(name) : std::filesystem::path(flags.output);
}

}  // namespace cellwise::cli
