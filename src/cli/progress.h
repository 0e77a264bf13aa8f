#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "training/trainer.h"

namespace cellwise::cli {

/// Shows the progress of runs, one after another or side by side, on standard error: on a terminal a
/// line that is redrawn, and a line that stays after every epoch; elsewhere only the latter; with
/// --quiet nothing. Safe from several threads.
class ProgressDisplay {
public:
    /// `titles` name the runs ("LSTM seed 0").
    /// `validation` is what the figures after an epoch are called: "validation" or "test".
    ProgressDisplay(std::vector<std::string> titles, std::string validation);

    void update(std::size_t run, const training::Progress& progress);
    void epoch_done(std::size_t run, const training::EpochResult& result, std::int64_t epochs);

private:
    void draw();
    void erase_line() const;

    struct Run {
        std::string title;
        training::Progress progress;
        bool is_active = false;
    };
    std::vector<Run> runs_;
    std::string validation_;
    bool live_;
    std::chrono::steady_clock::time_point last_drawn_{};
    std::mutex mutex_;
};

}  // namespace cellwise::cli
