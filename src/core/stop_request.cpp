#include "core/stop_request.h"

#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <string_view>

#include "core/log.h"

namespace cellwise {
namespace {

std::atomic<StopSource*> asked{nullptr};  // of the living StopRequest
std::atomic<bool> announce{true};

// Only async-signal-safe calls in here.
void handle(int signal) {
    StopSource* const source = asked;
    if (source == nullptr || !source->request(signal)) ::_exit(128 + signal);
    if (!announce) return;
    constexpr std::string_view text = "\ncellwise: finishing this step and saving; once more leaves at once\n";
    const int saved = errno;
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    errno = saved;
}

}  // namespace

StopRequest::StopRequest() {
    [[maybe_unused]] StopSource* const other = asked.exchange(&source_);
    assert(other == nullptr && "one StopRequest at a time");
    announce = log::level() != log::Level::quiet;
    struct sigaction action {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, &former_interrupt_);
    ::sigaction(SIGTERM, &action, &former_terminate_);
}

StopRequest::~StopRequest() {
    ::sigaction(SIGINT, &former_interrupt_, nullptr);
    ::sigaction(SIGTERM, &former_terminate_, nullptr);
    asked = nullptr;
}

}  // namespace cellwise
