#pragma once

#include <optional>

#include "core/communicator.h"
#include "core/error.h"

namespace cellwise {

/// Ends the work of several processes after the same step: returns if none was stopped, else throws Interrupted in all
/// of them. Nobody leaves before the others have come here, with all that they had to save. processes: nullptr stands
/// for one alone. own: what stopped this one.
void leave_if_stopped(Communicator* processes, const std::optional<Interrupted>& own);

}  // namespace cellwise
