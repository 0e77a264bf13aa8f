#pragma once

#include <sys/types.h>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace cellwise::benchmark {

/// How a child process is connected. A descriptor of −1 is /dev/null.
struct ChildStreams {
    int input = -1;
    int output = -1;
    int errors = -1;
};

/// Starts a program (looked for in PATH) with these variables added to the environment. The child
/// ends when this process does. Throws EnvironmentError if there is no such program or no process
/// can be made.
[[nodiscard]] pid_t start_child(const std::vector<std::string>& words, const ChildStreams& streams,
                                const std::vector<std::pair<std::string, std::string>>& variables = {});

/// A started process that is waited for when the object goes: no zombie stays, however a function is left.
class ChildProcess {
public:
    explicit ChildProcess(pid_t process = -1) noexcept : process_(process) {}
    ChildProcess(ChildProcess&& other) noexcept : process_(std::exchange(other.process_, -1)) {}
    ChildProcess& operator=(ChildProcess&& other) noexcept {
        std::swap(process_, other.process_);
        return *this;
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

private:
    pid_t process_;
};

/// Waits for its end. Its exit code, or 128 + the signal that ended it.
int wait_for_child(pid_t process);

/// Runs a program to its end with its output in the file `log`; its exit code.
int run_child(const std::vector<std::string>& words, const std::filesystem::path& log);

/// The program that a user starts, which lies beside this one. Throws EnvironmentError where the system does not tell.
[[nodiscard]] std::string own_program();

/// The last lines of a file, to be shown in an error message.
[[nodiscard]] std::string last_lines(const std::filesystem::path& file, std::size_t lines);

}  // namespace cellwise::benchmark
