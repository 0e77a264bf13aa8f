#pragma once

#include <chrono>
#include <filesystem>

#include "core/descriptor.h"
#include "records/figures.h"

namespace cellwise::runs {

/// progress.jsonl of a run folder: a training tells here how far it is while it works, for those who watch it
/// (`cellwise serve`). Lines are appended, at most two a second; a resumed run goes on below the last line.
///
///     {"epoch": 2, "epochs": 3, "step": 118, "steps": 782, "reviews": 3776, "seconds": 0.28,
///      "running": {"loss": 0.41, "accuracy": 0.83}, "unix_time": 1795000000.5}
///
/// "running" is absent while the figures are only known on a GPU. A file that cannot be written is given up without a
/// word: the training is worth more.
class ProgressFile {
public:
    explicit ProgressFile(const std::filesystem::path& path);

    /// Called after every step; between two lines it looks at the clock and returns.
    void update(const records::Progress& progress);

private:
    using Clock = std::chrono::steady_clock;
    Descriptor file_;
    Clock::time_point next_{};
};

}  // namespace cellwise::runs
