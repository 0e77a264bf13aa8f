#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/study.h"

namespace cellwise::cli {

/// Tells of a study's trials on standard error: a line that stays for each that is better than all before, failed or
/// diverged, and on a terminal one that is redrawn, with how many are done.
class StudyProgress {
public:
    using Say = std::function<void(const std::string&)>;

    /// metric: what the objective is called. trials: the budget, if it is one of trials. earlier: those that are done.
    /// say: who tells the lines, where trials have bars of their own; nothing is redrawn then.
    StudyProgress(std::string metric, std::optional<std::int64_t> trials, const std::vector<search::Trial>& earlier,
                  Say say = {});
    ~StudyProgress();
    StudyProgress(const StudyProgress&) = delete;
    StudyProgress& operator=(const StudyProgress&) = delete;

    /// After a trial; one call at a time.
    void ended(const search::Trial& trial);

private:
    void erase();

    std::string metric_;
    std::optional<std::int64_t> trials_;
    std::int64_t done_ = 0;
    std::optional<double> best_;
    std::int64_t best_number_ = 0;
    bool is_live_, is_drawn_ = false;
    Say say_;
};

}  // namespace cellwise::cli
