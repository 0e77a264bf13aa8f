#pragma once

#include <chrono>
#include <string>

#include "training/trainer.h"

namespace cellwise::cli {

/// Shows a run's progress on standard error: on a terminal a line that is redrawn, and a line that
/// stays after every epoch; elsewhere only the latter; with --quiet nothing.
class ProgressDisplay {
public:
    /// `title` names the run ("LSTM seed 0").
    explicit ProgressDisplay(std::string title);

    void update(const training::Progress& progress);
    void epoch_done(const training::EpochResult& result, std::int64_t epochs);

private:
    void erase_line() const;

    std::string title_;
    bool live_;
    std::chrono::steady_clock::time_point last_drawn_{};
};

}  // namespace cellwise::cli
