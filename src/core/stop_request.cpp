#include "core/stop_request.h"

#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "core/log.h"

namespace cellwise {
namespace {

std::atomic<StopSource*> asked{nullptr};  // of the living StopRequest
std::atomic<const char*> announced{nullptr};
static_assert(std::atomic<StopSource*>::is_always_lock_free && std::atomic<const char*>::is_always_lock_free,
              "a signal handler may touch lock-free atomics only");

// Only async-signal-safe calls in here.
void handle(int signal) {
    StopSource* const source = asked;
    if (source == nullptr || !source->request(signal)) {
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
    [[maybe_unused]] StopSource* const other = asked.exchange(&source_);
    assert(other == nullptr && "one StopRequest at a time");
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
    asked = nullptr;
}

}  // namespace cellwise
