#include "engine/thread_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <new>
#include <system_error>

#include "core/error.h"
#include "engine/pause.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cellwise::engine {
namespace {

constexpr std::uint64_t accepting = 1ULL << 31;
constexpr std::uint64_t joined_mask = accepting - 1;
constexpr int job_shift = 32;
constexpr int spins_between_looks = 64;  // a pause takes 5 ns on some processors and 50 on others

/// Waiting that keeps the processor busy, for a time: a wake-up would take longer than most waits do.
class Spin {
public:
    explicit Spin(const std::atomic<std::chrono::microseconds>& longest) : longest_(&longest) {}

    /// Pauses. False once the time is over.
    bool go_on() {
        pause();
        if (++spins_ % spins_between_looks != 0) return true;
        const auto now = std::chrono::steady_clock::now();
        if (spins_ == spins_between_looks) begun_ = now;
        return now - begun_ < longest_->load(std::memory_order_relaxed);
    }

private:
    const std::atomic<std::chrono::microseconds>* longest_;
    int spins_ = 0;
    std::chrono::steady_clock::time_point begun_;
};

void stop(std::vector<std::thread>& workers, std::atomic<bool>& stopping, std::mutex& mutex,
          std::condition_variable& wake) {
    {
        const std::lock_guard lock(mutex);
        stopping = true;
    }
    wake.notify_all();
    for (auto& worker : workers) worker.join();
}

}  // namespace

// Throws std::system_error where the system gives fewer; those that it gave are at work.
void ThreadPool::start_workers(int threads) {
    workers_.reserve(static_cast<std::size_t>(std::max(threads - 1, 0)));
    while (size() < threads) {
        workers_.emplace_back([this, worker = workers_.size() + 1] { serve(worker); });
    }
}

ThreadPool::ThreadPool(int threads) {
    try {
        start_workers(threads);
    } catch (const std::bad_alloc&) {  // those that have started must not outlive their pool
        stop(workers_, stopping_, mutex_, wake_);
        throw;
    } catch (const std::system_error& error) {
        stop(workers_, stopping_, mutex_, wake_);
        throw EnvironmentError(fmt::format("cannot start {} threads, only {}: {}: make --threads smaller", threads,
                                           size(), error.code().message()));
    }
}

ThreadPool::~ThreadPool() { stop(workers_, stopping_, mutex_, wake_); }

void ThreadPool::grow(int threads) {
    assert(!has_caller_ && "a pool grows between two jobs");
    if (was_refused_) return;
    try {
        start_workers(threads);
    } catch (const std::system_error&) {
        // More threads than there are only save time: the pool goes on with those that it has.
        was_refused_ = true;
    }
}

void ThreadPool::run_erased(std::size_t tasks, Call call, const void* context) {
    [[maybe_unused]] const bool had_caller = has_caller_.exchange(true, std::memory_order_relaxed);
    assert(!had_caller && "one pool serves one caller at a time, and no task calls its own pool");
    share_out(tasks, call, context);
    has_caller_.store(false, std::memory_order_relaxed);
}

void ThreadPool::share_out(std::size_t tasks, Call call, const void* context) {
    if (workers_.empty() || tasks <= 1) {
        const ScopedFlushDenormals flush;
        for (std::size_t task = 0; task < tasks; ++task) call(context, task, 0);
        return;
    }
    call_ = call;
    context_ = context;
    tasks_ = tasks;
    next_task_.store(0, std::memory_order_relaxed);
    const std::uint64_t number = (job_.load(std::memory_order_relaxed) >> job_shift) + 1;
    job_.store(number << job_shift | accepting);
    if (sleepers_.load() > 0) {
        { const std::lock_guard lock(mutex_); }
        wake_.notify_all();
    }
    {
        const ScopedFlushDenormals flush;
        work(0);
    }
    // A worker that has not come by now is not waited for: nothing is left to do.
    job_.fetch_and(~accepting);
    bool spins = true;
    for (Spin spin(longest_spin_); (job_.load(std::memory_order_acquire) & joined_mask) != 0;) {
        if (spins) {
            spins = spin.go_on();
        } else {
            std::this_thread::yield();
        }
    }
}

void ThreadPool::work(std::size_t worker) {
    while (true) {
        const std::size_t task = next_task_.fetch_add(1, std::memory_order_relaxed);
        if (task >= tasks_) return;
        call_(context_, task, worker);
    }
}

bool ThreadPool::join(std::uint64_t& last_job) {
    std::uint64_t job = job_.load();
    while ((job & accepting) != 0 && job >> job_shift != last_job) {
        if (job_.compare_exchange_weak(job, job + 1)) {
            last_job = job >> job_shift;
            return true;
        }
    }
    return false;
}

void ThreadPool::serve(std::size_t worker) {
    const ScopedFlushDenormals flush;
    std::uint64_t last_job = 0;
    Spin spin(longest_spin_);
    while (!stopping_.load(std::memory_order_relaxed)) {
        if (join(last_job)) {
            work(worker);
            job_.fetch_sub(1, std::memory_order_release);
            spin = Spin(longest_spin_);
        } else if (!spin.go_on()) {
            std::unique_lock lock(mutex_);
            ++sleepers_;
            wake_.wait(lock, [&] {
                const std::uint64_t job = job_.load();
                return stopping_.load() || ((job & accepting) != 0 && job >> job_shift != last_job);
            });
            --sleepers_;
            spin = Spin(longest_spin_);
        }
    }
}

ScopedFlushDenormals::ScopedFlushDenormals() : saved_(0) {
#if defined(__x86_64__)
    saved_ = _mm_getcsr();
    _mm_setcsr(saved_ | _MM_FLUSH_ZERO_ON | 0x0040U);  // 0x40: denormals-are-zero
#endif
}

ScopedFlushDenormals::~ScopedFlushDenormals() {
#if defined(__x86_64__)
    _mm_setcsr(saved_);
#endif
}

}  // namespace cellwise::engine
