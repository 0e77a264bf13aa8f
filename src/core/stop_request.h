#pragma once

#include <csignal>

#include "core/stop_token.h"

namespace cellwise {

/// While it lives, the first Ctrl-C (SIGINT), SIGTERM or closed terminal (SIGHUP) only asks the holders of its
/// token to stop: whoever works looks at it between two steps, saves and leaves. A second Ctrl-C or SIGTERM ends the
/// program at once, with 130 or 143 as exit code; a second SIGHUP does not, because the system and the shell both
/// send one when a terminal is closed. SIGHUP does nothing if it was ignored when the program began, as by nohup.
/// One at a time; its destructor gives the signals back.
class StopRequest {
public:
    /// What the first signal says on standard error; null: nothing. It must outlive the object.
    explicit StopRequest(const char* announcement = "finishing this step and saving; once more leaves at once");
    ~StopRequest();
    StopRequest(const StopRequest&) = delete;
    StopRequest& operator=(const StopRequest&) = delete;

    /// Tells those who work; a signal is its cause.
    [[nodiscard]] StopToken token() const { return source_.token(); }

private:
    StopSource source_;
    struct sigaction former_interrupt_ {};
    struct sigaction former_terminate_ {};
    struct sigaction former_hang_up_ {};
};

}  // namespace cellwise
