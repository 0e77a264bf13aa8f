#include "serve/queue/worker.h"

#include <algorithm>
#include <cassert>
#include <future>

namespace cellwise::serve {

Worker::Worker() : thread_([this] { loop(); }) {}

Worker::~Worker() { stop(); }

void Worker::run_and_wait(const std::function<void()>& work) {
    std::promise<void> done;
    {
        const std::lock_guard lock(mutex_);
        if (stops_) throw Dropped();
        calls_.push_back([&] {
            try {
                work();
                done.set_value();
            } catch (...) {
                done.set_exception(std::current_exception());
            }
        });
        wake();
    }
    done.get_future().get();
}

void Worker::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (stops_) return;
        stops_ = true;
        wake();
    }
    thread_.join();
}

void Worker::add(Source& source, int priority) {
    const std::lock_guard lock(mutex_);
    const auto place = std::ranges::find_if(sources_, [&](const auto& other) { return other.priority > priority; });
    sources_.insert(place, {&source, priority});
}

void Worker::remove(Source& source) {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [&] { return active_ != &source; });
    source.drop(lock);
    std::erase_if(sources_, [&](const auto& other) { return other.source == &source; });
}

Worker::Source* Worker::next_source() {
    for (std::size_t first = 0; first < sources_.size();) {
        std::size_t end = first;
        while (end < sources_.size() && sources_[end].priority == sources_[first].priority) ++end;
        const std::size_t count = end - first;
        for (std::size_t step = 1; step <= count; ++step) {
            const std::size_t at = first + (last_ + step) % count;
            if (!sources_[at].source->has_work()) continue;
            last_ = at - first;
            return sources_[at].source;
        }
        first = end;
    }
    return nullptr;
}

void Worker::loop() {
    std::unique_lock lock(mutex_);
    while (true) {
        if (!calls_.empty()) {
            const auto call = std::move(calls_.front());
            calls_.erase(calls_.begin());
            lock.unlock();
            call();
            lock.lock();
            continue;
        }
        if (stops_) break;
        if (auto* source = next_source()) {
            active_ = source;
            source->work(lock);
            assert(lock.owns_lock());
            active_ = nullptr;
            free_.notify_all();
            continue;
        }
        waits_ = true;
        wakes_.wait(lock);
        waits_ = false;
    }
    for (const auto& registered : sources_) registered.source->drop(lock);
}

}  // namespace cellwise::serve
