#include "core/stop_token.h"

#include <csignal>

namespace cellwise {

ExitCode exit_code_of_stop(int cause) noexcept {
    if (cause == SIGTERM) return ExitCode::terminated;
    return cause == SIGHUP ? ExitCode::hung_up : ExitCode::interrupted;
}

const char* name_of_stop(int cause) noexcept {
    switch (cause) {
        case SIGTERM:
            return "SIGTERM";
        case SIGHUP:
            return "SIGHUP (the terminal was closed)";
        case StopSource::caller:
            return "its caller";
        default:
            return "Ctrl-C";
    }
}

}  // namespace cellwise
