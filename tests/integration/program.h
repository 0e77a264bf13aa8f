#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "scratch_folder.h"

namespace cellwise::test {

/// What one call of the built program left behind.
struct ProgramResult {
    int exit_code = 0;  ///< 128 + the signal's number if a signal ended it
    std::string output, errors;
};

/// The built cellwise, started with these arguments, no shell between, by the command before it ("env A=b",
/// "mpirun -n 2") if there is one. The destructor kills it if it still runs.
class RunningProgram {
public:
    explicit RunningProgram(const std::vector<std::string>& arguments, const std::vector<std::string>& before = {}) {
        std::vector<std::string> words = before;
        words.emplace_back(CELLWISE_PROGRAM);
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> pointers;
        for (auto& word : words) pointers.push_back(word.data());
        pointers.push_back(nullptr);

        child_ = ::fork();
        if (child_ < 0) throw std::runtime_error("fork failed");
        if (child_ == 0) {
            constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
            ::dup2(::open(output_path().c_str(), flags, 0600), STDOUT_FILENO);
            ::dup2(::open(errors_path().c_str(), flags, 0600), STDERR_FILENO);
            ::execvp(pointers[0], pointers.data());
            ::_exit(127);
        }
    }
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;
    ~RunningProgram() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }

    void send(int signal) const { ::kill(child_, signal); }

    /// What it has written to standard error so far.
    [[nodiscard]] std::string errors() const { return content_of(errors_path()); }

    /// Waits for its end.
    ProgramResult wait() {
        int status = 0;
        if (::waitpid(child_, &status, 0) != child_) throw std::runtime_error("waitpid failed");
        child_ = -1;
        return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content_of(output_path()),
                content_of(errors_path())};
    }

private:
    [[nodiscard]] std::filesystem::path output_path() const { return folder_ / "output"; }
    [[nodiscard]] std::filesystem::path errors_path() const { return folder_ / "errors"; }

    ScratchFolder folder_;
    pid_t child_ = -1;
};

/// Runs the built cellwise to its end.
inline ProgramResult run_program(const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& before = {}) {
    return RunningProgram(arguments, before).wait();
}

}  // namespace cellwise::test
