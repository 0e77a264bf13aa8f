#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runs/run_observer.h"

namespace cellwise::cli {

/// Shows the progress of runs, one after another or side by side, on standard error. On a terminal a bar
/// for each run that is under way, redrawn in place, with loss, accuracy, reviews per second and the time
/// left; elsewhere a line for a run at most every ten seconds (with --verbose every two). Both write a
/// line that stays after every epoch; with --quiet there is nothing. Safe from several threads.
class ProgressDisplay : public runs::RunObserver {
public:
    ProgressDisplay();
    ~ProgressDisplay() override;
    ProgressDisplay(const ProgressDisplay&) = delete;
    ProgressDisplay& operator=(const ProgressDisplay&) = delete;

    void planned(std::span<const std::string> titles, std::string_view validation) override;
    void progressed(std::size_t run, const records::Progress& progress) override;
    void epoch_done(std::size_t run, const records::EpochFigures& result, std::int64_t epochs) override;

    /// A line that stays, above the bars.
    void said(std::string_view text) override;

    /// Takes the run's bar away: it has ended, or stopped.
    void ended(std::size_t run) override;

private:
    using Clock = std::chrono::steady_clock;
    struct Run {
        std::string title;
        records::Progress progress;
        bool is_active = false;
        Clock::time_point last_line = Clock::now();
    };

    void draw();
    void erase();
    void print_line(Run& run);

    std::vector<Run> runs_;
    std::size_t title_width_ = 0;
    std::string validation_;
    bool live_;
    bool colours_;
    std::size_t drawn_lines_ = 0;
    Clock::time_point last_drawn_{};
    std::mutex mutex_;
};

}  // namespace cellwise::cli
