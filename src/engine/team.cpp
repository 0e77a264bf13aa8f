#include "engine/team.h"

#include <thread>

#include "engine/pause.h"

namespace cellwise::engine {
namespace {

constexpr int most_pauses = 2000;  // some ten to a hundred microseconds: longer than a part

}  // namespace

Team::Team(std::size_t members, std::size_t parts)
    : members_(members), parts_(parts), begun_(std::make_unique<Begun[]>(parts)) {
    assert(members > 0 && parts > 0);
}

void Team::wait_for(std::size_t stage) const {
    for (int pauses = 0; ended_stages() <= stage; ++pauses) {
        if (pauses < most_pauses) {
            pause();
        } else {
            std::this_thread::yield();
        }
    }
}

}  // namespace cellwise::engine
