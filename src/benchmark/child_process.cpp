#include "benchmark/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>

#include "core/error.h"
#include "core/standard_streams.h"

namespace cellwise::benchmark {
namespace {

[[noreturn]] void become(const std::vector<char*>& words, const ChildStreams& streams, int report) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    restore_broken_pipe_signal();
    const int nothing = ::open("/dev/null", O_RDWR);
    const int from[] = {streams.input, streams.output, streams.errors};
    for (int descriptor = 0; descriptor < 3; ++descriptor) {
        ::dup2(from[descriptor] < 0 ? nothing : from[descriptor], descriptor);
    }
    ::execvp(words[0], words.data());
    const int error = errno;
    // The parent reads it; if it cannot, the exit code speaks.
    (void)!::write(report, &error, sizeof error);
    ::_exit(127);
}

}  // namespace

pid_t start_child(const std::vector<std::string>& words, const ChildStreams& streams,
                  const std::vector<std::pair<std::string, std::string>>& variables) {
    std::vector<std::string> all;
    if (!variables.empty()) {
        all.emplace_back("env");
        for (const auto& [name, value] : variables) all.push_back(name + "=" + value);
    }
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> pointers;
    for (auto& word : all) pointers.push_back(word.data());
    pointers.push_back(nullptr);

    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) throw EnvironmentError(fmt::format("no pipe: {}", std::strerror(errno)));
    const pid_t process = ::fork();
    if (process == 0) become(pointers, streams, report[1]);
    const int fork_error = errno;
    ::close(report[1]);
    int error = 0;
    const bool failed = process > 0 && ::read(report[0], &error, sizeof error) == sizeof error;
    ::close(report[0]);
    if (process < 0) throw EnvironmentError(fmt::format("no new process: {}", std::strerror(fork_error)));
    if (failed) {
        (void)wait_for_child(process);
        throw EnvironmentError(fmt::format("cannot run '{}': {}", words[0], std::strerror(error)));
    }
    return process;
}

ChildProcess::~ChildProcess() {
    if (process_ < 0) return;
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

int wait_for_child(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) throw InternalError(fmt::format("waitpid: {}", std::strerror(errno)));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_child(const std::vector<std::string>& words, const std::filesystem::path& log) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) throw EnvironmentError(fmt::format("cannot write '{}': {}", log.string(), std::strerror(errno)));
    pid_t process = -1;
    try {
        process = start_child(words, {-1, file, file});
    } catch (const Error&) {
        ::close(file);
        throw;
    }
    ::close(file);
    return wait_for_child(process);
}

std::string last_lines(const std::filesystem::path& file, std::size_t lines) {
    std::deque<std::string> last;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        last.push_back(line);
        if (last.size() > lines) last.pop_front();
    }
    std::string text;
    for (const auto& line : last) text += "\n  " + line;
    return text;
}

std::string own_program() {
    std::error_code code;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", code);
    if (code) throw EnvironmentError(fmt::format("cannot tell where this program lies: {}", code.message()));
    const auto started = path.parent_path() / "cellwise";
    return std::filesystem::exists(started, code) ? started.string() : path.string();
}

}  // namespace cellwise::benchmark
