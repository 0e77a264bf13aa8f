#pragma once

#include <csignal>

#include "core/error.h"

namespace cellwise {

/// While it lives, the first Ctrl-C (SIGINT), SIGTERM or closed terminal (SIGHUP) only asks the program to stop:
/// whoever works looks at stop_requested() between two steps, saves and leaves. A second Ctrl-C or SIGTERM ends the
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

    /// Whether a signal has come. Safe from any thread; stays true until the next StopRequest.
    [[nodiscard]] static bool stop_requested() noexcept;

    /// The exit code of the signal that came: interrupted, terminated or hung_up.
    [[nodiscard]] static ExitCode exit_code() noexcept;

    /// What it is called in messages: "Ctrl-C", "SIGTERM", "SIGHUP (the terminal was closed)".
    [[nodiscard]] static const char* signal_name() noexcept;

private:
    struct sigaction former_interrupt_ {};
    struct sigaction former_terminate_ {};
    struct sigaction former_hang_up_ {};
};

}  // namespace cellwise
