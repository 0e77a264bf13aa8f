#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/communicator.h"
#include "core/folder_lock.h"
#include "core/stopwatch.h"
#include "search/journal.h"
#include "search/pruner.h"
#include "search/sampler.h"
#include "search/study_settings.h"

namespace cellwise::search {

/// What a study asks to be tried.
struct AskedTrial {
    std::int64_t number = 0;
    Point point;
    Values values;  ///< the point as settings take it
};

/// How a trial says how far it is. Used by the one thread that runs the trial.
class TrialProgress {
public:
    explicit TrialProgress(const Pruner& pruner) : pruner_(pruner) {}

    /// The objective after `step` steps (epochs, folds), counted from 1 and ascending. False: the trial is not worth
    /// going on with; stop it, and return pruned(). Throws InternalError if the steps do not ascend.
    [[nodiscard]] bool report(std::int64_t step, double value);
    [[nodiscard]] const std::vector<Intermediate>& said() const { return said_; }

private:
    const Pruner& pruner_;
    std::vector<Intermediate> said_;
};

/// How a trial ended. A complete one whose objective is not finite counts as diverged.
struct Outcome {
    TrialState state = TrialState::complete;
    double objective = 0;  ///< of a complete trial; larger is better
    std::string message;

    [[nodiscard]] static Outcome complete(double objective) { return {TrialState::complete, objective, ""}; }
    [[nodiscard]] static Outcome pruned() { return {TrialState::pruned, 0, ""}; }
    [[nodiscard]] static Outcome diverged(std::string message) { return {TrialState::diverged, 0, std::move(message)}; }
};

/// Runs one trial, on any thread, several at once. A UsageError (settings that do not go together), a DataError, a
/// CheckFailed or a lack of memory make the trial a failed one; any other exception ends the study where it stands,
/// with all that had ended in its journal.
using Objective = std::function<Outcome(const AskedTrial& trial, TrialProgress& progress)>;

/// When a study has enough. At least one is given; the first that is reached ends it.
struct Budget {
    std::optional<std::int64_t> trials;  ///< in all, with those of former calls
    std::optional<std::int64_t> epochs;  ///< steps reported by all trials: a round begins only below it
    std::optional<double> seconds;       ///< of this call: no trial begins later
    /// Throws UsageError if there is none, or one that is not above 0.
    void validate() const;
};

/// Calls run(0) … run(count − 1), as many at once as it likes, and returns when all have ended.
using SideBySide = std::function<void(std::size_t count, const std::function<void(std::size_t)>& run)>;
/// One after another.
void one_by_one(std::size_t count, const std::function<void(std::size_t)>& run);

struct RunOptions {
    SideBySide side_by_side = one_by_one;
    std::function<bool()> stop = [] { return false; };  ///< looked at before a trial begins
    std::function<void(const Trial&)> ended;            ///< after a trial is in the journal; one call at a time
    /// Those that share every round's trials, or nullptr. All of them call run() with a study of the same settings: the
    /// first's has the folder, and its trials count; the others' are in memory. All end with the same trials.
    Communicator* processes = nullptr;
};

/// Trials of a space, asked in rounds. A round's points depend on the trials of the rounds before it, and pruning too.
/// So the trials are the same however many run at once, and a study that was killed goes on to the same bits: the
/// journal's trials are told again and what the last round lacks is run. A larger budget goes on in the same way.
///
/// Its folder holds study.toml and trials.jsonl, and is locked while the study lives.
class Study {
public:
    /// Begins a study in a folder, which is made. Throws UsageError if the folder has one already.
    [[nodiscard]] static Study begin(const std::filesystem::path& folder, const StudySettings& settings);
    /// Goes on with a folder's study. Throws DataError if there is none or its files are broken.
    [[nodiscard]] static Study resume(const std::filesystem::path& folder);
    /// The same, refused with a UsageError that names the differences if the settings are not the study's.
    [[nodiscard]] static Study resume(const std::filesystem::path& folder, const StudySettings& settings);
    /// A study that leaves no files.
    [[nodiscard]] static Study in_memory(const StudySettings& settings);

    Study(Study&&) noexcept;
    ~Study();

    /// Runs trials until the budget is spent, the grid has no more, or `stop` says so. With several processes an
    /// Interrupted of one is thrown in all, after every trial that had ended reached the journal.
    void run(const Objective& objective, const Budget& budget, const RunOptions& options = {});

    [[nodiscard]] const StudySettings& settings() const;
    /// All that have ended, by number.
    [[nodiscard]] std::vector<Trial> trials() const;
    /// Steps reported by all trials.
    [[nodiscard]] std::int64_t epochs() const;
    /// Whether a broken last line of the journal was cut off.
    [[nodiscard]] bool was_torn() const;

private:
    struct State;
    explicit Study(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace cellwise::search
