#include "search/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <new>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/stopped_together.h"
#include "search/team.h"

namespace cellwise::search {
namespace fs = std::filesystem;
namespace {

constexpr const char* settings_file = "study.toml";
constexpr const char* journal_file = "trials.jsonl";

std::int64_t steps_of(const Trial& trial) { return trial.intermediates.empty() ? 0 : trial.intermediates.back().step; }

/// NaN, which a parameter that is not active has, is the same as itself here.
bool is_same(const Point& one, const Point& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](double a, double b) { return a == b || (!is_active(a) && !is_active(b)); });
}

Trial tried(const AskedTrial& asked, const Objective& objective, const Pruner& pruner) {
    TrialProgress progress(pruner);
    const Stopwatch stopwatch;
    Outcome outcome;
    try {
        outcome = objective(asked, progress);
        if (outcome.state == TrialState::complete && !std::isfinite(outcome.objective)) {
            outcome = Outcome::diverged("its objective is not finite");
        }
    } catch (const Error& error) {
        const auto code = error.exit_code();
        if (code != ExitCode::usage && code != ExitCode::data && code != ExitCode::check_failed) throw;
        outcome = {TrialState::failed, 0, error.what()};
    } catch (const std::bad_alloc&) {
        outcome = {TrialState::failed, 0, "there was not enough memory"};
    }
    Trial trial{asked.number,
                asked.point,
                outcome.state,
                std::nullopt,
                progress.said(),
                stopwatch.seconds(),
                std::move(outcome.message)};
    if (trial.state == TrialState::complete) trial.objective = outcome.objective;
    return trial;
}

/// A folder that cannot be looked into has no study: what opens it next says why.
bool has_study(const fs::path& folder) {
    std::error_code error;
    return fs::exists(folder / settings_file, error);
}

FolderLock locked(const fs::path& folder) {
    auto lock = FolderLock::try_lock(folder);
    if (!lock) {
        throw UsageError(fmt::format("another program works on the study in '{}': wait for it, or take another folder",
                                     folder.string()));
    }
    return std::move(*lock);
}

}  // namespace

bool TrialProgress::report(std::int64_t step, double value) {
    if (step < 1 || (!said_.empty() && step <= said_.back().step)) {
        throw InternalError(
            fmt::format("a trial reported step {} after {}", step, said_.empty() ? 0 : said_.back().step));
    }
    said_.push_back({step, value});
    return !pruner_.prunes(said_);
}

void Budget::validate() const {
    if (!trials && !epochs && !seconds) throw UsageError("a study needs a budget: trials, epochs or a time");
    if (trials.value_or(1) < 1 || epochs.value_or(1) < 1 || !(seconds.value_or(1) > 0)) {
        throw UsageError("a study's budget is above 0");
    }
}

void one_by_one(std::size_t count, const std::function<void(std::size_t)>& run) {
    for (std::size_t i = 0; i < count; ++i) run(i);
}

struct Study::State {
    explicit State(const StudySettings& wanted)
        : settings(wanted), sampler(make_sampler(wanted.space, wanted.sampler)), pruner(wanted.pruner) {}

    void open_journal(const fs::path& folder) {
        journal = std::make_unique<Journal>(folder / journal_file, settings.space);
        for (const auto& trial : journal->trials()) done.emplace(trial.number, trial);
    }

    /// The next round, whole: trials that ended before are in it too.
    std::vector<AskedTrial> next_round() {
        std::vector<AskedTrial> round;
        for (auto& point : sampler->ask(settings.round)) {
            const auto number = told + static_cast<std::int64_t>(round.size());
            const auto known = done.find(number);
            if (known != done.end() && !is_same(known->second.point, point)) {
                throw DataError(
                    fmt::format("trial {} in trials.jsonl is not the one that this study asks for: the file "
                                "was changed, or written by another version. Begin a new study",
                                number));
            }
            auto values = settings.space.values(point);
            round.push_back({number, std::move(point), std::move(values)});
        }
        return round;
    }

    void keep(Trial trial, const RunOptions& options) {
        const std::lock_guard guard(mutex);
        if (journal) journal->append(trial);
        const auto& kept = done.emplace(trial.number, std::move(trial)).first->second;
        if (options.ended) options.ended(kept);
    }

    [[nodiscard]] std::int64_t epochs_told() const {
        std::int64_t sum = 0;
        for (std::int64_t number = 0; number < told; ++number) sum += steps_of(done.at(number));
        return sum;
    }

    /// Those of the trials asked that have ended.
    [[nodiscard]] std::vector<Trial> ended_of(const std::vector<const AskedTrial*>& asked) const {
        std::vector<Trial> ended;
        for (const auto* one : asked) {
            if (const auto found = done.find(one->number); found != done.end()) ended.push_back(found->second);
        }
        return ended;
    }

    /// Every process gets the trials of all.
    void share(const Team& team, const std::vector<Trial>& own, const RunOptions& options) {
        for (auto& trial : team.of_all(own, settings.space)) {
            if (!done.contains(trial.number)) keep(std::move(trial), options);
        }
    }

    /// Hands a whole round to the sampler and the pruner.
    void tell(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i, ++told) {
            sampler->tell(done.at(told));
            pruner.tell(done.at(told));
        }
    }

    StudySettings settings;
    std::unique_ptr<Sampler> sampler;
    Pruner pruner;
    std::optional<FolderLock> lock;
    std::unique_ptr<Journal> journal;
    std::map<std::int64_t, Trial> done;
    std::int64_t told = 0;  ///< trials of the whole rounds behind us
    std::mutex mutex;       ///< of journal and done, while trials run
};

Study::Study(std::unique_ptr<State> state) : state_(std::move(state)) {}
Study::Study(Study&&) noexcept = default;
Study::~Study() = default;

Study Study::in_memory(const StudySettings& settings) {
    settings.validate();
    return Study(std::make_unique<State>(settings));
}

Study Study::begin(const fs::path& folder, const StudySettings& settings) {
    auto study = in_memory(settings);
    make_folder(folder);
    study.state_->lock.emplace(locked(folder));
    if (has_study(folder)) {
        throw UsageError(fmt::format("'{}' has a study already: continue it with --resume, or take another folder",
                                     folder.string()));
    }
    write_file_atomically(folder / settings_file, to_toml(settings));
    study.state_->open_journal(folder);
    return study;
}

Study Study::resume(const fs::path& folder) {
    if (!has_study(folder)) {
        throw DataError(fmt::format("'{}' has no study: {} is not there", folder.string(), settings_file));
    }
    auto lock = locked(folder);
    auto study = in_memory(read_study_settings(folder / settings_file));
    study.state_->lock.emplace(std::move(lock));
    study.state_->open_journal(folder);
    return study;
}

Study Study::resume(const fs::path& folder, const StudySettings& settings) {
    auto study = resume(folder);
    auto lines = differences(study.settings(), settings);
    if (lines.empty()) return study;
    constexpr std::size_t most_lines = 3;
    const auto more = lines.size() > most_lines ? fmt::format("; {} more differ", lines.size() - most_lines) : "";
    lines.resize(std::min(lines.size(), most_lines));
    throw UsageError(
        fmt::format("the study in '{}' is another one: {}{}.\nContinue with its own settings, or begin a new "
                    "study in another folder; this one is as it was",
                    folder.string(), fmt::join(lines, "; "), more));
}

void Study::run(const Objective& objective, const Budget& budget, const RunOptions& options) {
    budget.validate();
    auto& state = *state_;
    const Team team(options.processes);
    const Stopwatch stopwatch;
    const auto is_over = [&] { return options.stop() || stopwatch.seconds() >= budget.seconds.value_or(INFINITY); };
    state.share(team, trials(), options);
    while (!team.any(is_over())) {
        if (budget.trials && state.told >= *budget.trials) break;
        if (budget.epochs && state.epochs_told() >= *budget.epochs) break;
        const auto round = state.next_round();
        std::vector<const AskedTrial*> open;
        for (const auto& asked : round) {
            const bool is_within = !budget.trials || asked.number < *budget.trials;
            if (is_within && !state.done.contains(asked.number)) open.push_back(&asked);
        }
        const auto own = team.own_part(open);
        std::optional<Interrupted> stopped;
        try {
            options.side_by_side(own.size(), [&](std::size_t i) {
                if (!is_over()) state.keep(tried(*own[i], objective, state.pruner), options);
            });
        } catch (const Interrupted& interrupted) {
            stopped = interrupted;
        }
        state.share(team, state.ended_of(own), options);
        leave_if_stopped(options.processes, stopped);
        const bool is_whole = std::all_of(round.begin(), round.end(),
                                          [&](const auto& asked) { return state.done.contains(asked.number); });
        if (round.empty() || !is_whole) break;
        state.tell(round.size());
    }
    if (state.journal) state.journal->flush();
}

const StudySettings& Study::settings() const { return state_->settings; }

std::vector<Trial> Study::trials() const {
    std::vector<Trial> all;
    for (const auto& [number, trial] : state_->done) all.push_back(trial);
    return all;
}

std::int64_t Study::epochs() const {
    std::int64_t sum = 0;
    for (const auto& [number, trial] : state_->done) sum += steps_of(trial);
    return sum;
}

bool Study::was_torn() const { return state_->journal && state_->journal->was_torn(); }

}  // namespace cellwise::search
