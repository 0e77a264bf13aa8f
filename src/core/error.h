#pragma once

#include <stdexcept>
#include <string>

namespace cellwise {

/// The exit codes of the program (documented in docs/cli.md).
enum class ExitCode : int {
    done = 0,
    check_failed = 1,
    usage = 2,
    data = 3,
    environment = 4,
    internal = 70,
    hung_up = 129,
    interrupted = 130,
    terminated = 143,
};

/// What every error of Cellwise derives from. The message says what was wrong, where (file, byte,
/// line or flag) and what to do about it; main() prints it and leaves with exit_code().
class Error : public std::runtime_error {
public:
    Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] ExitCode exit_code() const noexcept { return code_; }

private:
    ExitCode code_;
};

/// A comparison that the user asked for did not hold (parity, gates beyond tolerance).
struct CheckFailed : Error {
    explicit CheckFailed(const std::string& message) : Error(ExitCode::check_failed, message) {}
};
/// A flag, value or combination that makes no sense.
struct UsageError : Error {
    explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};
/// A data or model file that is missing, truncated, corrupt or of the wrong kind.
struct DataError : Error {
    explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};
/// The machine lacks what is needed: no GPU, disk full, folder not writable, no network.
struct EnvironmentError : Error {
    explicit EnvironmentError(const std::string& message) : Error(ExitCode::environment, message) {}
};
/// A bug of ours.
struct InternalError : Error {
    explicit InternalError(const std::string& message) : Error(ExitCode::internal, message) {}
};
/// Ctrl-C (130), SIGTERM (143) or a closed terminal (SIGHUP, 129) asked the program to stop.
struct Interrupted : Error {
    Interrupted(ExitCode code, const std::string& message) : Error(code, message) {}
};

}  // namespace cellwise
