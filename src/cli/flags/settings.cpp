#include "cli/flags/settings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "cli/terminal/resume_hint.h"
#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "runs/fresh_folder.h"
#include "tasks/sentiment/data_paths.h"
#include "tasks/sentiment/foreign_run.h"

namespace cellwise::cli {
namespace fs = std::filesystem;
namespace {

/// The heading in the help under which a setting's flag stands.
const char* group_of(std::string_view key) {
    constexpr std::array model{"cells", "vocabulary_size", "length",  "embedding_size", "hidden_size", "layers",
                               "stack", "bidirectional",   "dropout", "batch_norm",     "gru_reset"};
    constexpr std::array data{"data",        "test_data",    "offline",         "limit",
                              "text_column", "label_column", "validation_split"};
    constexpr std::array machine{"threads", "jobs",   "device",    "deterministic",
                                 "tf32",    "engine", "precision", "checkpoint_every"};
    const auto holds = [&](const auto& keys) { return std::find(keys.begin(), keys.end(), key) != keys.end(); };
    if (holds(model)) return "Model";
    if (holds(data)) return "Data";
    return holds(machine) ? "Machine" : "Training";
}

const char* type_name(settings::Shape shape) {
    switch (shape) {
        case settings::Shape::number:
        case settings::Shape::optional_number:
            return "NUMBER";
        case settings::Shape::count:
            return "COUNT";
        case settings::Shape::list:
            return "LIST";
        case settings::Shape::path:
            return "PATH";
        case settings::Shape::flag:
        case settings::Shape::text:
            break;
    }
    return "TEXT";
}

}  // namespace

SettingFlags::SettingFlags(CLI::App& app, bool single) : single_(single) {
    sentiment::Configuration defaults;
    if (single) defaults.cells = {Cell::lstm};
    for (const auto& setting : sentiment::settings_of(defaults)) {
        const auto& key = setting.key;
        if (single_ && (key == "seeds" || key == "jobs" || key == "baseline")) continue;
        const auto flag = flag_name(key);
        const std::string group = group_of(key);
        if (!setting.effect.fixed_on_resume) free_on_resume_.insert(key);
        if (setting.shape == settings::Shape::flag) {
            flags_[key] = app.add_flag_callback(
                flag, [this, key] { texts_[key] = "true"; }, setting.help + " [off]");
            flags_[key]->group(group);
            continue;
        }
        auto* option = app.add_option(flag, texts_[key], setting.help)
                           ->type_name(type_name(setting.shape))
                           ->take_last()
                           ->group(group);
        const auto text = setting.text();
        if (!text.empty()) option->default_str(text);
        flags_[key] = option;
    }
    app.add_option("--config", config_, "read settings from a TOML file (a run's config.toml); flags win over it")
        ->type_name("FILE");
    app.add_option("--output", output, "the folder that becomes the run")
        ->type_name("DIR")
        ->default_str("runs/<date>-<name>");
    app.add_option("--resume", resume, "continue an interrupted run, with its own settings")->type_name("RUN");
    app.add_flag_callback(
        "--no-report", [this] { report = false; }, "write no report.html");
    app.add_flag("--distributed", distributed,
                 single_ ? "share every batch with the other processes that mpirun or srun started"
                         : "share the runs with the other processes that mpirun or srun started");
    app.add_option("--json", json, "write the results as JSON to a file, or - for standard output")->type_name("FILE");
    add_display_flags(app);
}

std::string SettingFlags::flag_name(const std::string& key) const {
    return single_ && key == "cells" ? "--cell" : flag_of(key);
}

void SettingFlags::refuse_changes() const {
    for (const auto& [key, option] : flags_) {
        if (option->count() > 0 && !free_on_resume_.contains(key)) {
            throw UsageError(
                fmt::format("{} cannot be changed by --resume: the run keeps its own settings{}", flag_name(key),
                            key == "epochs" ? fmt::format(". To train longer: cellwise {} --config {} --epochs N",
                                                          single_ ? "train" : "compare",
                                                          shell_word((fs::path(resume) / "config.toml").string()))
                                            : ""));
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
        if (!is_folder(resume)) {
            throw DataError(fmt::format("--resume: there is no run folder '{}'{}", resume, nearest_entry(resume)));
        }
        sentiment::refuse_customers(resume);
        sentiment::apply_toml_file(configuration, (fs::path(resume) / "config.toml").string());
        sentiment::find_data(configuration, resume);
        return configuration;
    }
    if (!config_.empty()) sentiment::apply_toml_file(configuration, config_);
    return configuration;
}

bool SettingFlags::is_given(const std::string& key) const { return flags_.at(key)->count() > 0; }

// What goes with a flag unless it is said: another optimizer's own rate, and the one cell that a stack has.
void SettingFlags::adapt(sentiment::Configuration& configuration, const learning::TrainingOptions& before) const {
    if (!is_given("learning_rate") && sentiment::has_default_rate(before)) configuration.training.learning_rate = 0;
    if (is_given("stack") && !is_given("cells") && !configuration.model.stack.empty()) {
        configuration.cells = {configuration.model.stack.back().cell};
    }
}

sentiment::Configuration SettingFlags::resolve() const {
    auto configuration = initial();
    const auto before = configuration.training;
    if (is_given("preset")) configuration.apply_preset(texts_.at("preset"));
    for (const auto& [key, option] : flags_) {
        if (is_given(key)) sentiment::set_from_text(configuration, key, texts_.at(key), flag_name(key));
    }
    adapt(configuration, before);
    if (single_ && configuration.cells.size() != 1) {
        throw UsageError(resume.empty()
                             ? std::string("this command trains one model: name one cell with --cell")
                             : fmt::format("'{}' is a comparison: continue with 'compare --resume'", resume));
    }
    sentiment::settle(configuration);
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

fs::path run_folder_of(const SettingFlags& flags, const std::string& name) {
    if (!flags.resume.empty()) return flags.resume;
    return flags.output.empty() ? runs::fresh_run_folder(name) : fs::path(flags.output);
}

}  // namespace cellwise::cli
