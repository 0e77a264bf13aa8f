#include "interchange/limited_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <new>

#include "core/descriptor.h"
#include "core/error.h"
#include "core/write_all.h"

namespace cellwise::interchange {
namespace {

using Clock = std::chrono::steady_clock;

// The first byte of what the child sends says what the rest is.
constexpr char sends_result = 'R';
constexpr char sends_data_error = 'D';
constexpr char sends_other_error = 'E';

// The sanitizers map terabytes themselves.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_instrumented = true;
#else
constexpr bool is_instrumented = false;
#endif

/// Bytes of address space that this process has mapped.
std::uint64_t mapped_bytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t pages = 0;
    file >> pages;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void set_limit(int resource, std::uint64_t value) {
    const rlimit limit{value, value};
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

void apply_limits(const ProcessLimits& limits) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_DFL);
    if (!is_instrumented) set_limit(RLIMIT_AS, mapped_bytes() + limits.memory_bytes);
    set_limit(RLIMIT_CPU, static_cast<std::uint64_t>(limits.seconds));
    set_limit(RLIMIT_FSIZE, 0);
    set_limit(RLIMIT_CORE, 0);
}

[[noreturn]] void be_the_child(const std::function<std::string()>& work, int descriptor, const ProcessLimits& limits,
                               std::string_view subject) {
    apply_limits(limits);
    char kind = sends_result;
    std::string bytes;
    try {
        bytes = work();
    } catch (const DataError& error) {
        kind = sends_data_error;
        bytes = error.what();
    } catch (const std::bad_alloc&) {
        kind = sends_data_error;
        bytes = fmt::format("{}: reading it needs more than {} MB of memory", subject, limits.memory_bytes >> 20);
    } catch (const std::exception& error) {
        kind = sends_other_error;
        bytes = error.what();
    }
    // If the parent has gone nobody wants it.
    if (write_all(descriptor, {&kind, 1}) == 0) (void)write_all(descriptor, bytes);
    ::_exit(0);
}

/// Everything the child sends until it ends or `deadline`. Returns whether it ended by itself.
bool receive(int descriptor, Clock::time_point deadline, std::uint64_t most_bytes, std::string& bytes) {
    std::string buffer(1 << 20, '\0');
    while (true) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0 || bytes.size() > most_bytes) return false;
        pollfd waiting{descriptor, POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(left)) <= 0) continue;
        const auto got = ::read(descriptor, buffer.data(), buffer.size());
        if (got == 0) return true;
        if (got > 0) bytes.append(buffer, 0, static_cast<std::size_t>(got));
        if (got < 0 && errno != EINTR) return true;
    }
}

}  // namespace

std::string run_in_limited_process(const std::function<std::string()>& work, std::string_view subject,
                                   const ProcessLimits& limits) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw EnvironmentError(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    }
    Descriptor from_child(ends[0]);
    Descriptor to_parent(ends[1]);
    const auto child = ::fork();
    if (child < 0) throw EnvironmentError(fmt::format("cannot start a process: {}", std::strerror(errno)));
    if (child == 0) be_the_child(work, to_parent.get(), limits, subject);
    to_parent.close();

    std::string bytes;
    const bool ended =
        receive(from_child.get(), Clock::now() + std::chrono::seconds(limits.seconds), limits.most_result_bytes, bytes);
    if (!ended) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)) {
        throw DataError(fmt::format("{}: reading it takes more than {} s or {} MB: is it damaged?", subject,
                                    limits.seconds, limits.most_result_bytes >> 20));
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || bytes.empty()) {
        throw DataError(fmt::format("{}: damaged: it made the process that read it crash", subject));
    }
    const char kind = bytes.front();
    bytes.erase(0, 1);
    if (kind == sends_data_error) throw DataError(bytes);
    if (kind == sends_other_error) throw InternalError(fmt::format("{}: {}", subject, bytes));
    return bytes;
}

}  // namespace cellwise::interchange
