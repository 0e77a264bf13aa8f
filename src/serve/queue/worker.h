#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace cellwise::serve {

/// What waiting requests get when the worker ends before it came to them.
struct Dropped : std::runtime_error {
    Dropped() : std::runtime_error("the server is stopping") {}
};

/// One thread that owns something (models, run folders) and does what the queues in front of it hold.
///
/// Whenever it is free it looks at the queues of the highest priority that have work, in turns, so that several models
/// get equal shares; a queue of lower priority is looked at only when none above it has work.
class Worker {
public:
    Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    /// Runs `work` on the thread and waits for it. What it throws is thrown here; Dropped if the thread has ended.
    void run_and_wait(const std::function<void()>& work);

    /// Ends the thread after what it is doing. Work still queued is dropped by its queue with Dropped.
    void stop();

private:
    template <class In, class Out>
    friend class BatchQueue;

    /// What a queue is to the thread.
    class Source {
    public:
        virtual ~Source() = default;
        [[nodiscard]] virtual bool has_work() const = 0;            ///< under the worker's lock
        virtual void work(std::unique_lock<std::mutex>& lock) = 0;  ///< takes its batch, unlocks, works, locks again
        virtual void drop(std::unique_lock<std::mutex>& lock) = 0;
    };
    void add(Source& source, int priority);
    void remove(Source& source);
    /// Wakes the thread; under the lock.
    void wake() {
        if (waits_) wakes_.notify_one();
    }

    struct Registered {
        Source* source;
        int priority;
    };
    Source* next_source();
    void loop();

    std::mutex mutex_;
    std::condition_variable wakes_, free_;
    std::vector<Registered> sources_;  ///< by priority, 0 first
    std::size_t last_ = 0;             ///< where the search among equals begins
    Source* active_ = nullptr;
    bool waits_ = false, stops_ = false;
    std::vector<std::function<void()>> calls_;
    std::thread thread_;
};

}  // namespace cellwise::serve
