#pragma once

#include <csignal>

#include "core/stop_token.h"

namespace cellwise {

/// While it lives, the first Ctrl-C (SIGINT) or SIGTERM only asks the holders of its token to stop: whoever works
/// looks at it between two steps, saves and leaves. A second signal ends the program at once, with 130 or 143 as exit
/// code. One at a time in a process; its destructor gives the signals back.
class StopRequest {
public:
    StopRequest();
    ~StopRequest();
    StopRequest(const StopRequest&) = delete;
    StopRequest& operator=(const StopRequest&) = delete;

    [[nodiscard]] StopToken token() const { return source_.token(); }

private:
    StopSource source_;
    struct sigaction former_interrupt_ {};
    struct sigaction former_terminate_ {};
};

}  // namespace cellwise
