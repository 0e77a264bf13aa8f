#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "tasks/sentiment/configuration.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cellwise::cli {

/// The flags of sentiment::Configuration, one for each of its settings, and the flags that every
/// command that trains shares: --config, --output, --json, --quiet, --verbose, --no-color.
class SettingFlags {
public:
    /// `single`: the command runs one cell (--cell, default lstm) with one seed instead of --cells
    /// and --seeds.
    SettingFlags(CLI::App& app, bool single);

    /// Defaults, then preset, then --config file, then flags; with --resume the run's own configuration,
    /// of which only what leaves the result as it is may be changed. Throws UsageError, DataError.
    [[nodiscard]] sentiment::Configuration resolve() const;

    std::string output;        ///< --output; empty: the default
    std::string json;          ///< --json; empty: none
    std::string resume;        ///< --resume: the folder to continue with; empty: a new one
    bool report = true;        ///< false: --no-report
    bool distributed = false;  ///< --distributed: several processes share the work

private:
    [[nodiscard]] sentiment::Configuration initial() const;
    void refuse_changes() const;
    [[nodiscard]] bool is_given(const std::string& key) const;
    void adapt(sentiment::Configuration& configuration, const learning::TrainingOptions& before) const;
    [[nodiscard]] std::string flag_name(const std::string& key) const;

    bool single_;
    std::map<std::string, CLI::Option*> flags_;  // by setting key
    std::map<std::string, std::string> texts_;   // what the user wrote, by setting key
    std::set<std::string> free_on_resume_;       // keys that --resume lets change
    std::string config_;
};

using settings::flag_of;

/// The folder that the flags name (--resume, --output), else runs/<date>-<name>.
[[nodiscard]] std::filesystem::path run_folder_of(const SettingFlags& flags, const std::string& name);

/// --quiet, --verbose and --no-color, which take effect at once.
void add_display_flags(CLI::App& app);

}  // namespace cellwise::cli
