#include "cli/terminal/study_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/terminal/terminal.h"
#include "core/log.h"
#include "core/standard_streams.h"

namespace cellwise::cli {
namespace {

/// The first line of a message, short enough for the line of its trial.
std::string short_reason(const std::string& message) { return message.substr(0, message.find('\n')); }

}  // namespace

StudyProgress::StudyProgress(std::string metric, std::optional<std::int64_t> trials,
                             const std::vector<search::Trial>& earlier, Say say)
    : metric_(std::move(metric)),
      trials_(trials),
      done_(static_cast<std::int64_t>(earlier.size())),
      is_live_(!say && is_live_terminal()),
      say_(say ? std::move(say) : [](const std::string& line) { log::notice(line); }) {
    if (const auto place = search::best_trial(earlier)) {
        best_ = earlier[*place].objective;
        best_number_ = earlier[*place].number;
    }
    if (done_ > 0) say_(fmt::format("{} trials are done; the study goes on", done_));
}

StudyProgress::~StudyProgress() { erase(); }

void StudyProgress::erase() {
    if (is_drawn_) say("\r\033[K");
    is_drawn_ = false;
}

void StudyProgress::ended(const search::Trial& trial) {
    ++done_;
    const bool is_better = trial.objective && (!best_ || *trial.objective > *best_);
    if (is_better) {
        best_ = trial.objective;
        best_number_ = trial.number;
    }
    erase();
    if (is_better) {
        say_(fmt::format("trial {}: {} {:.4f}, the best so far", trial.number, metric_, *trial.objective));
    } else if (trial.state == search::TrialState::failed || trial.state == search::TrialState::diverged) {
        log::notice(
            fmt::format("trial {} {}: {}", trial.number, search::state_name(trial.state), short_reason(trial.message)));
    } else if (trial.objective) {
        log::detail(fmt::format("trial {}: {} {:.4f}", trial.number, metric_, *trial.objective));
    } else {
        log::detail(fmt::format("trial {}: {}", trial.number, search::state_name(trial.state)));
    }
    if (!is_live_) return;
    const auto all = trials_ ? fmt::format(" of {}", *trials_) : "";
    const auto best = best_ ? fmt::format(", best {:.4f} (trial {})", *best_, best_number_) : "";
    say(fmt::format("{}{} trials done{}", done_, all, best));
    is_drawn_ = true;
}

}  // namespace cellwise::cli
