#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/study.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cellwise::cli {

/// How long a study goes on, and with how many fresh seeds its best trial is confirmed. What a call does not say is as
/// in the call before it: a study's folder keeps it in budget.toml.
struct StudyBudget {
    search::Budget budget;
    std::int64_t confirm_seeds = 5;
};

/// The flags of a search, which the commands that tune share.
class SearchFlags {
public:
    /// What differs between the commands.
    struct Words {
        std::int64_t budget = 50;  ///< trials, where no flag says
        std::string step;          ///< what a trial says its objective after: "epochs", "folds"
        std::string metrics;       ///< help of --metric
        bool metric = true;        ///< whether there is a --metric
    };
    SearchFlags(CLI::App& command, const Words& words);

    /// All that decides the trials. stored: of a study that is resumed; what no flag says is as there. builtin:
    /// the space where neither says one. Throws UsageError, and DataError for a file that is no TOML.
    [[nodiscard]] search::StudySettings settings(const std::optional<search::StudySettings>& stored,
                                                 std::span<const std::string> builtin, std::uint64_t seed,
                                                 search::Values context) const;

    /// folder: of a study that is resumed. Throws UsageError naming the flag, DataError for a broken file.
    [[nodiscard]] StudyBudget budget(const std::optional<std::filesystem::path>& folder) const;

    /// Trials side by side: --jobs, or `threads` of them, but no more than a round has.
    [[nodiscard]] std::size_t jobs(std::size_t threads, std::size_t round) const;

    [[nodiscard]] const std::string& metric() const { return metric_; }

private:
    Words words_;
    std::vector<std::string> search_;
    std::string sampler_ = "tpe", pruner_ = "none", time_, metric_;
    std::int64_t budget_ = 0, epochs_budget_ = 0, confirm_seeds_ = 5, round_ = 4, jobs_ = 0;
    CLI::Option *sampler_option_, *pruner_option_, *round_option_, *budget_option_, *time_option_, *epochs_option_,
        *confirm_option_;
};

void keep_budget(const std::filesystem::path& study, const StudyBudget& budget);

/// A path as it is found from any folder; what is no path ("synthetic") stays.
[[nodiscard]] std::string lasting_path(const std::string& text);

/// Seconds of "90", "90s", "15m" or "1.5h". Throws UsageError naming the flag.
[[nodiscard]] double seconds_of(std::string_view text, std::string_view flag);

/// seed + 1 … seed + count: those that no trial had.
[[nodiscard]] std::vector<std::uint64_t> fresh_seeds(std::uint64_t seed, std::int64_t count);

/// The settings of the study in `folder`. Throws UsageError if another command began it, DataError if there is none.
[[nodiscard]] search::StudySettings stored_study(const std::filesystem::path& folder, std::string_view command);

/// What was said when the study began, by the flags' names: its context, and the seed.
[[nodiscard]] search::Values said_in(const search::StudySettings& study);

/// What was said to a command that decides its result, by the flags' names: several values of one are on lines of their
/// own. Not the flags of a search, and not where results go.
[[nodiscard]] search::Values said_to(const CLI::App& command);

/// The arguments that say the same to another command with (some of) the same flags: what was said to `command`, and
/// what `stored` has beyond that. In the order in which CLI::App::parse takes them, the last first.
[[nodiscard]] std::vector<std::string> arguments_of(const CLI::App& command, const search::Values& stored,
                                                    const CLI::App& other);

}  // namespace cellwise::cli
