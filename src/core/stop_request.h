#pragma once

#include <csignal>

#include "core/error.h"

namespace cellwise {

/// While it lives, the first Ctrl-C (SIGINT) or SIGTERM only asks the program to stop: whoever works
/// looks at stop_requested() between two steps, saves and leaves. A second signal ends the program at
/// once, with 130 or 143 as exit code. One at a time; its destructor gives the signals back.
class StopRequest {
public:
    StopRequest();
    ~StopRequest();
    StopRequest(const StopRequest&) = delete;
    StopRequest& operator=(const StopRequest&) = delete;

    /// Whether a signal has come. Safe from any thread; stays true until the next StopRequest.
    [[nodiscard]] static bool stop_requested() noexcept;

    /// The exit code of the signal that came: interrupted or terminated.
    [[nodiscard]] static ExitCode exit_code() noexcept;

private:
    struct sigaction former_interrupt_ {};
    struct sigaction former_terminate_ {};
};

}  // namespace cellwise
