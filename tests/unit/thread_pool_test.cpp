// Every task once, no worker twice at once, and no waiting for ever: asleep, awake, back to back, at the end.
#include "engine/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <vector>

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

[[noreturn]] void grow_too_far() {
    ThreadPool pool(2);
    const rlimit limit{200 << 20, 200 << 20};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(2);
    pool.grow(4000);
    std::atomic<int> done = 0;
    pool.run(100, [&](std::size_t, std::size_t) { ++done; });
    ::_exit(pool.size() >= 2 && pool.size() < 4000 && done == 100 ? 0 : 3);
}

class ThreadPools : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Sizes, ThreadPools, testing::Values(1, 2, 3, 8));

TEST_P(ThreadPools, DoesEveryTaskOnceAndNoWorkerTwiceAtOnce) {
    ThreadPool pool(GetParam());
    ASSERT_EQ(pool.size(), GetParam());
    std::random_device device;
    const auto seed = device();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int job = 0; job < 200; ++job) {
        const auto tasks = random() % 100;
        std::vector<std::atomic<int>> done(tasks);
        std::vector<std::atomic<int>> at_work(static_cast<std::size_t>(pool.size()));
        std::atomic<int> clashes = 0;
        pool.run(tasks, [&](std::size_t task, std::size_t worker) {
            if (worker >= at_work.size() || at_work[worker].fetch_add(1) != 0) ++clashes;
            ++done[task];
            at_work[worker].fetch_sub(1);
        });
        EXPECT_EQ(clashes, 0);
        for (const auto& count : done) EXPECT_EQ(count, 1);
    }
}

TEST_P(ThreadPools, SeesWhatTheJobBeforeWrote) {
    ThreadPool pool(GetParam());
    // Plain numbers: each job reads what other threads wrote in the one before (ThreadSanitizer watches).
    std::vector<std::size_t> one(64, 1), other(64);
    for (int job = 0; job < 2000; ++job) {
        pool.run(one.size(), [&](std::size_t task, std::size_t) { other[task] = one[(task + 7) % one.size()] + 1; });
        std::swap(one, other);
    }
    for (const auto value : one) EXPECT_EQ(value, 2001u);
}

TEST_P(ThreadPools, GrowsBetweenJobs) {
    ThreadPool pool(1);
    for (const int size : {1, GetParam(), 2, GetParam() + 2}) {
        const int before = pool.size();
        pool.grow(size);
        EXPECT_EQ(pool.size(), std::max(before, size));
        // Each task waits until all threads have one, which fewer threads could not do.
        std::atomic<int> at_work = 0;
        const auto all = static_cast<std::size_t>(pool.size());
        std::vector<std::atomic<int>> done(all);
        pool.run(all, [&](std::size_t, std::size_t worker) {
            ++done[worker];
            ++at_work;
            while (at_work < pool.size()) std::this_thread::yield();
        });
        for (const auto& count : done) EXPECT_EQ(count, 1);
    }
}

TEST_P(ThreadPools, WakesWhoSleeps) {
    ThreadPool pool(GetParam());
    std::atomic<int> done = 0;
    for (int job = 0; job < 20; ++job) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));  // longer than workers spin
        pool.run(16, [&](std::size_t, std::size_t) { ++done; });
    }
    EXPECT_EQ(done, 20 * 16);
}

TEST_P(ThreadPools, EndsWhileItsWorkersSpinSleepOrHaveJustBegun) {
    for (int round = 0; round < 100; ++round) {
        ThreadPool pool(GetParam());
        std::atomic<int> done = 0;
        if (round % 3 != 0) pool.run(8, [&](std::size_t, std::size_t) { ++done; });
        if (round % 3 == 2) std::this_thread::sleep_for(std::chrono::microseconds(300));
        EXPECT_EQ(done, round % 3 == 0 ? 0 : 8);
    }
}

TEST(ThreadPool, SaysSoIfItCannotStartItsThreads) {
    if (maps_terabytes) GTEST_SKIP() << "address space cannot be limited under a sanitizer";
    EXPECT_EXIT(start_too_many(), testing::ExitedWithCode(0), "");
}

TEST(ThreadPool, GrowsAsFarAsTheSystemLetsIt) {
    if (maps_terabytes) GTEST_SKIP() << "address space cannot be limited under a sanitizer";
    EXPECT_EXIT(grow_too_far(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace cellwise::engine
