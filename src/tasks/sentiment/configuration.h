#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "data/reviews/dataset.h"
#include "learning/options.h"
#include "models/options.h"
#include "settings/origin.h"
#include "settings/setting.h"

namespace cellwise::sentiment {

/// Everything that decides a run's result, resolved: defaults, then preset, then configuration file,
/// then flags. It is written into every run folder as config.toml and can be fed back.
struct Configuration {
    std::string preset = "tutorial";
    std::vector<Cell> cells{all_cells.begin(), all_cells.end()};
    models::ClassifierOptions model;  ///< its cell is set for each run from `cells`
    learning::TrainingOptions training;
    data::DataOptions data;
    double validation_split = 0;  ///< share of the training reviews that each epoch is judged on; 0: the test split
    std::int64_t length = 200;    ///< words a review is padded or cut to
    std::uint64_t seed = 0;       ///< the first seed
    std::string seeds = "1";      ///< "N": seed … seed+N−1; or a list "3,7,11"
    std::int64_t threads = 0;     ///< processor threads over all runs; 0: all processors
    std::int64_t jobs = 0;        ///< runs side by side, which share the threads; 0: as many as is quickest
    bool baseline = false;        ///< also models that know no word order
    std::string device = "auto";
    bool deterministic = false;         ///< GPU: the same bits every time
    bool tf32 = false;                  ///< GPU: matrix products in TF32
    std::int64_t checkpoint_every = 0;  ///< steps between checkpoints; 0: one after every epoch

    /// Sets all that presets are about (clip_norm, batch_norm, weight_decay) as this one has it, whatever it was.
    /// "custom" sets nothing. Throws UsageError for an unknown one.
    void apply_preset(const std::string& name);

    /// The preset whose values these are, "custom" if they are no preset's: what is written and shown.
    [[nodiscard]] std::string preset_in_force() const;

    /// Throws UsageError naming the flag whose value is out of range.
    void validate() const;

    /// The seeds of the runs, from `seed` and `seeds`. Throws UsageError.
    [[nodiscard]] std::vector<std::uint64_t> seed_list() const;

    /// The model's options with one cell chosen.
    [[nodiscard]] models::ClassifierOptions model_for(Cell cell) const;
};

/// Whether the learning rate is the one that its optimizer has by default: then another optimizer brings its own.
[[nodiscard]] bool has_default_rate(const learning::TrainingOptions& options);

/// Makes settings what is written and shown: the rate in force instead of 0, and the preset by its values. Throws
/// UsageError naming the flag whose value is out of range.
void settle(Configuration& configuration);

/// The configuration's settings, in the order in which they are shown. They refer to it.
[[nodiscard]] std::vector<settings::Setting> settings_of(Configuration& configuration);

/// Sets the setting `key` from its text. Throws UsageError (`where` says which flag or file).
void set_from_text(Configuration& configuration, std::string_view key, std::string_view text, std::string_view where);

/// Keys and texts of all settings, in the order in which they are shown.
[[nodiscard]] settings::Values values_of(const Configuration& configuration);

/// The setting's text, as set_from_text reads it. Throws UsageError for a key that is none.
[[nodiscard]] std::string text_of(const Configuration& configuration, std::string_view key);

/// Every setting by its key.
[[nodiscard]] nlohmann::ordered_json configuration_json(const Configuration& configuration);

/// config.toml's text.
[[nodiscard]] std::string to_toml(const Configuration& configuration);

/// Sets what the TOML file names, the preset first, so that the file's own values win over it. Throws DataError
/// (missing, broken TOML: line and column) or UsageError (unknown key, value out of range) naming the file.
void apply_toml_file(Configuration& configuration, const std::string& path);

/// What a run of this configuration on data of this hash stands on.
[[nodiscard]] settings::Origin origin_of(const Configuration& configuration, const std::string& data_sha256);

}  // namespace cellwise::sentiment
