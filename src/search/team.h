#pragma once

#include <vector>

#include "core/communicator.h"
#include "search/space.h"
#include "search/study.h"

namespace cellwise::search {

/// The processes that share a study's trials; one alone is served too. All of them make the same calls in the same
/// order.
class Team {
public:
    /// processes: nullptr stands for one alone.
    explicit Team(Communicator* processes) : processes_(processes) {}

    [[nodiscard]] bool any(bool own) const { return processes_ != nullptr ? processes_->any(own) : own; }

    /// The trials that this process runs: each takes every size()-th one.
    [[nodiscard]] std::vector<const AskedTrial*> own_part(const std::vector<const AskedTrial*>& trials) const;

    /// What all processes hand in, the first one's before the others'; nothing for one alone.
    [[nodiscard]] std::vector<Trial> of_all(const std::vector<Trial>& own, const Space& space) const;

private:
    Communicator* processes_;
};

}  // namespace cellwise::search
