#include "core/stopped_together.h"

namespace cellwise {

void leave_if_stopped(Communicator* processes, const std::optional<Interrupted>& own) {
    const bool is_stopped = processes != nullptr ? processes->any(own.has_value()) : own.has_value();
    if (!is_stopped) return;
    throw own ? *own : Interrupted(ExitCode::terminated, "another process was stopped; everything is saved");
}

}  // namespace cellwise
