// A pool of more threads than the system gives.
#include "engine/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "core/error.h"

namespace cellwise::engine {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool maps_terabytes = true;  // a sanitizer's runtime: address space cannot be limited
#else
constexpr bool maps_terabytes = false;
#endif

// In a process of its own: 200 MB of address space hold the stacks of a few threads.
[[noreturn]] void start_too_many() {
    const rlimit limit{200 << 20, 200 << 20};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(2);
    try {
        const ThreadPool pool(4000);
    } catch (const EnvironmentError& error) {
        ::_exit(std::string(error.what()).starts_with("cannot start 4000 threads, only ") ? 0 : 3);
    }
    ::_exit(4);
}

TEST(ThreadPool, SaysSoIfItCannotStartItsThreads) {
    if (maps_terabytes) GTEST_SKIP() << "address space cannot be limited under a sanitizer";
    EXPECT_EXIT(start_too_many(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace cellwise::engine
