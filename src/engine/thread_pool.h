#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace cellwise::engine {

/// A small pool of threads that share out numbered tasks. The caller works too, so a pool of one
/// thread starts none. Which worker takes which task is left to chance; callers that want the same
/// bits for any number of threads make what a task computes depend on its number alone.
///
/// Workers spin for a short while between jobs, then sleep; the caller spins as long for the last of them, then yields.
/// Every worker flushes denormals to zero, and so does the caller while it works. One pool serves one caller at a time.
class ThreadPool {
public:
    /// threads ≥ 1, the caller included. Throws EnvironmentError if the system gives not so many.
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] int size() const { return static_cast<int>(workers_.size()) + 1; }

    /// Starts workers until the pool has so many threads, or as many as the system gives: where it has refused one, it
    /// is not asked again. Between two calls of run(), by their caller.
    void grow(int threads);

    /// Longer than the gaps inside a training step, too short to cost other processes anything.
    static constexpr std::chrono::microseconds default_spin{200};
    /// How long to spin from now on. Short is right where other threads of the process want the processors between
    /// jobs.
    void spin_for(std::chrono::microseconds longest) { longest_spin_ = longest; }

    /// Calls function(task, worker) for every task in [0, tasks) and returns when all are done;
    /// worker is in [0, size()) and no two tasks run at once with the same worker. The function must
    /// not throw.
    template <class Function>
    void run(std::size_t tasks, const Function& function) {
        run_erased(
            tasks,
            [](const void* context, std::size_t task, std::size_t worker) {
                (*static_cast<const Function*>(context))(task, worker);
            },
            &function);
    }

private:
    using Call = void (*)(const void* context, std::size_t task, std::size_t worker);

    void start_workers(int threads);
    void run_erased(std::size_t tasks, Call call, const void* context);
    void share_out(std::size_t tasks, Call call, const void* context);
    void work(std::size_t worker);
    void serve(std::size_t worker);
    [[nodiscard]] bool join(std::uint64_t& last_job);

    // The job being worked on. Written while no worker has joined.
    Call call_ = nullptr;
    const void* context_ = nullptr;
    std::size_t tasks_ = 0;
    std::atomic<std::size_t> next_task_{0};

    // Job number in the upper half; whether it accepts workers, and how many have joined, below.
    alignas(64) std::atomic<std::uint64_t> job_{0};
    std::atomic<int> sleepers_{0};
    std::atomic<bool> has_caller_{false};  // between the beginning and the end of run()
    std::atomic<bool> stopping_{false};
    std::atomic<std::chrono::microseconds> longest_spin_{default_spin};
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::thread> workers_;
    bool was_refused_ = false;
};

/// Makes the processor treat denormal numbers as zero for as long as it lives (x86; elsewhere it
/// does nothing), and then restores what was. Results change by less than the smallest normal number.
class ScopedFlushDenormals {
public:
    ScopedFlushDenormals();
    ~ScopedFlushDenormals();
    ScopedFlushDenormals(const ScopedFlushDenormals&) = delete;
    ScopedFlushDenormals& operator=(const ScopedFlushDenormals&) = delete;

private:
    unsigned saved_;
};

}  // namespace cellwise::engine
