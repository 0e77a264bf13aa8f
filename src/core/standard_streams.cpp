#include "core/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "core/write_all.h"

namespace cellwise {
namespace {

constexpr int most_milliseconds = 100;  // that a message waits for a slow reader

std::atomic<int> first_output_failure{0};

}  // namespace

void prepare_standard_streams() noexcept {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
            // The lowest free number, which is this one: those below it are open by now.
            (void)::open("/dev/null", O_RDWR);
        }
    }
    std::signal(SIGPIPE, SIG_IGN);
}

void say(std::string_view text) noexcept {
    const int saved = errno;
    (void)write_all(STDERR_FILENO, text, most_milliseconds);
    errno = saved;
}

void put_out(std::string_view text) noexcept {
    if (first_output_failure != 0) return;
    if (const int failure = write_all(STDOUT_FILENO, text); failure != 0) {
        int none = 0;
        first_output_failure.compare_exchange_strong(none, failure);
    }
}

int output_failure() noexcept { return first_output_failure; }

void end_by_broken_pipe() noexcept {
    restore_broken_pipe_signal();
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::sigprocmask(SIG_UNBLOCK, &pipe, nullptr);
    ::raise(SIGPIPE);
    ::_exit(128 + SIGPIPE);
}

void restore_broken_pipe_signal() noexcept { std::signal(SIGPIPE, SIG_DFL); }

}  // namespace cellwise
