#include "cli/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <type_traits>

#include "cli/resume.h"
#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "training/data_paths.h"
#include "training/setting_text.h"

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

template <class Value>
std::string type_name() {
    if constexpr (std::is_same_v<Value, double> || std::is_same_v<Value, std::optional<double>>) return "NUMBER";
    if constexpr (std::is_integral_v<Value>) return "COUNT";
    if constexpr (std::is_same_v<Value, std::vector<Cell>>) return "LIST";
    if constexpr (std::is_same_v<Value, std::optional<std::string>>) return "PATH";
    return "TEXT";
}

}  // namespace

std::string flag_of(std::string key) {
    std::replace(key.begin(), key.end(), '_', '-');
    return "--" + key;
}

bool has_default_rate(const training::TrainingOptions& options) {
    auto by_default = options;
    by_default.learning_rate = 0;
    return options.effective_learning_rate() == by_default.effective_learning_rate();
}

void settle(training::Configuration& configuration) {
    configuration.validate();
    configuration.training.learning_rate = configuration.training.effective_learning_rate();
    configuration.preset = configuration.preset_in_force();
}

SettingFlags::SettingFlags(CLI::App& app, bool single) : single_(single) {
    training::Configuration defaults;
    if (single) defaults.cells = {Cell::lstm};
    training::visit_settings(defaults, [&](const std::string& key, const auto& value, const std::string& help) {
        using Value = std::decay_t<decltype(value)>;
        if (single_ && (key == "seeds" || key == "jobs" || key == "baseline")) return;
        const auto flag = single_ && key == "cells" ? std::string("--cell") : flag_of(key);
        const auto group = std::string(group_of(key));
        if constexpr (std::is_same_v<Value, bool>) {
            flags_[key] = app.add_flag_callback(
                flag, [this, key] { texts_[key] = "true"; }, help + " [off]");
            flags_[key]->group(group);
        } else {
            auto* option =
                app.add_option(flag, texts_[key], help)->type_name(type_name<Value>())->take_last()->group(group);
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
    return single_ && key == "cells" ? "--cell" : flag_of(key);
}

void SettingFlags::refuse_changes() const {
    constexpr std::array may_change{"threads", "jobs", "data", "test_data", "offline", "checkpoint_every"};
    for (const auto& [key, option] : flags_) {
        const bool is_free = std::find(may_change.begin(), may_change.end(), key) != may_change.end();
        if (option->count() > 0 && !is_free) {
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

training::Configuration SettingFlags::initial() const {
    training::Configuration configuration;
    if (single_) configuration.cells = {Cell::lstm};
    if (!resume.empty()) {
        refuse_changes();
        if (!is_folder(resume)) {
            throw DataError(fmt::format("--resume: there is no run folder '{}'{}", resume, nearest_entry(resume)));
        }
        training::apply_toml_file(configuration, (fs::path(resume) / "config.toml").string());
        training::find_data(configuration, resume);
        return configuration;
    }
    if (!config_.empty()) training::apply_toml_file(configuration, config_);
    return configuration;
}

bool SettingFlags::is_given(const std::string& key) const { return flags_.at(key)->count() > 0; }

// What goes with a flag unless it is said: another optimizer's own rate, and the one cell that a stack has.
void SettingFlags::adapt(training::Configuration& configuration, const training::TrainingOptions& before) const {
    if (!is_given("learning_rate") && has_default_rate(before)) configuration.training.learning_rate = 0;
    if (is_given("stack") && !is_given("cells") && !configuration.model.stack.empty()) {
        configuration.cells = {configuration.model.stack.back().cell};
    }
}

training::Configuration SettingFlags::resolve() const {
    auto configuration = initial();
    const auto before = configuration.training;
    if (is_given("preset")) configuration.apply_preset(texts_.at("preset"));
    for (const auto& [key, option] : flags_) {
        if (is_given(key)) training::set_from_text(configuration, key, texts_.at(key), flag_name(key));
    }
    adapt(configuration, before);
    if (single_ && configuration.cells.size() != 1) {
        throw UsageError(resume.empty() ? std::string("this command trains one model: name one cell with --cell")
                                        : fmt::format("'{}' is a comparison: go on with 'compare --resume'", resume));
    }
    settle(configuration);
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

namespace {

bool is_terminal(std::FILE* stream) {
    const char* terminal = std::getenv("TERM");
    return ::isatty(::fileno(stream)) == 1 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

}  // namespace

bool wants_colour(std::FILE* stream) {
    const char* no_color = std::getenv("NO_COLOR");
    return is_terminal(stream) && (no_color == nullptr || *no_color == '\0');
}

bool is_live_terminal() { return is_terminal(stderr) && log::level() != log::Level::quiet; }

bool has_colours() { return is_live_terminal() && wants_colour(stderr); }

}  // namespace cellwise::cli
