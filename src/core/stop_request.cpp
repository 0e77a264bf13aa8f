#include "core/stop_request.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "core/log.h"

namespace cellwise {
namespace {

std::atomic<int> requested{0};
std::atomic<const char*> announced{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<const char*>::is_always_lock_free,
              "a signal handler may touch lock-free atomics only");

// Only async-signal-safe calls in here.
void handle(int signal) {
    if (int none = 0; !requested.compare_exchange_strong(none, signal)) {
        if (signal != SIGHUP) ::_exit(128 + signal);
        return;
    }
    const char* const announcement = announced;
    if (announcement == nullptr) return;
    const int saved = errno;
    for (const char* text : {"\ncellwise: ", announcement, "\n"}) {
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
    }
    errno = saved;
}

}  // namespace

StopRequest::StopRequest(const char* announcement) {
    requested = 0;
    announced = log::level() != log::Level::quiet ? announcement : nullptr;
    struct sigaction action {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, &former_interrupt_);
    ::sigaction(SIGTERM, &action, &former_terminate_);
    ::sigaction(SIGHUP, nullptr, &former_hang_up_);
    if (former_hang_up_.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
}

StopRequest::~StopRequest() {
    ::sigaction(SIGINT, &former_interrupt_, nullptr);
    ::sigaction(SIGTERM, &former_terminate_, nullptr);
    ::sigaction(SIGHUP, &former_hang_up_, nullptr);
}

bool StopRequest::stop_requested() noexcept { return requested != 0; }

ExitCode StopRequest::exit_code() noexcept {
    const int signal = requested;
    return static_cast<ExitCode>(128 + (signal == 0 ? SIGINT : signal));
}

const char* StopRequest::signal_name() noexcept {
    if (requested == SIGHUP) return "SIGHUP (the terminal was closed)";
    return requested == SIGTERM ? "SIGTERM" : "Ctrl-C";
}

}  // namespace cellwise
