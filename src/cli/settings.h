#pragma once

#include <cstdio>
#include <map>
#include <string>

#include "training/configuration.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cellwise::cli {

/// The flags of training::Configuration, one for each of its settings, and the flags that every
/// command that trains shares: --config, --output, --json, --quiet, --verbose, --no-color.
class SettingFlags {
public:
    /// `single`: the command runs one cell (--cell, default lstm) with one seed instead of --cells
    /// and --seeds.
    SettingFlags(CLI::App& app, bool single);

    /// Defaults, then preset, then --config file, then flags; with --resume the run's own configuration,
    /// of which only what leaves the result as it is may be changed. Throws UsageError, DataError.
    [[nodiscard]] training::Configuration resolve() const;

    std::string output;        ///< --output; empty: the default
    std::string json;          ///< --json; empty: none
    std::string resume;        ///< --resume: the folder to go on with; empty: a new one
    bool report = true;        ///< false: --no-report
    bool distributed = false;  ///< --distributed: several processes share the work

private:
    [[nodiscard]] training::Configuration initial() const;
    void refuse_changes() const;
    [[nodiscard]] bool is_given(const std::string& key) const;
    void adapt(training::Configuration& configuration, const training::TrainingOptions& before) const;
    [[nodiscard]] std::string flag_name(const std::string& key) const;

    bool single_;
    std::map<std::string, CLI::Option*> flags_;  // by setting key
    std::map<std::string, std::string> texts_;   // what the user wrote, by setting key
    std::string config_;
};

/// "--hidden-size" of the setting hidden_size.
[[nodiscard]] std::string flag_of(std::string key);

/// Whether the learning rate is the one that its optimizer has by default: then another optimizer brings its own.
[[nodiscard]] bool has_default_rate(const training::TrainingOptions& options);

/// Makes settings what is written and shown: the rate in force instead of 0, and the preset by its values. Throws
/// UsageError naming the flag whose value is out of range.
void settle(training::Configuration& configuration);

/// --quiet, --verbose and --no-color, which take effect at once.
void add_display_flags(CLI::App& app);

/// Whether text on this stream may have colours: a terminal that is not dumb, and neither --no-color nor NO_COLOR
/// (https://no-color.org).
[[nodiscard]] bool wants_colour(std::FILE* stream);

/// Whether standard error is a terminal that can be redrawn, and the user wants to see progress.
[[nodiscard]] bool is_live_terminal();

/// Whether colours may be used on it, too.
[[nodiscard]] bool has_colours();

}  // namespace cellwise::cli
