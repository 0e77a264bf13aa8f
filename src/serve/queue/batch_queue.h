#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "serve/queue/worker.h"

namespace cellwise::serve {

/// Requests in front of a worker, answered many at once.
///
/// Nobody waits for a batch to fill: when the worker is free it takes all that is queued, `most` inputs at the most. An
/// idle server so answers a single input at once, a busy one works in large batches by itself. Parts of one request may
/// be answered in different batches; a request is done when its last part is.
template <class In, class Out>
class BatchQueue final : private Worker::Source {
public:
    /// One output for each input, in their order. Runs on the worker's thread.
    using Answer = std::function<std::vector<Out>(std::span<const In>)>;
    /// Called on the worker's thread, or by who drops the queue: the outputs, or why there are none.
    using Done = std::function<void(std::vector<Out>, std::exception_ptr)>;

    /// most: inputs of one batch; capacity: inputs that may wait; priority: 0 is served first.
    BatchQueue(Worker& worker, Answer answer, std::size_t most, std::size_t capacity, int priority = 0)
        : worker_(worker), answer_(std::move(answer)), most_(most), capacity_(capacity) {
        assert(most > 0 && capacity > 0);
        worker_.add(*this, priority);
    }
    BatchQueue(const BatchQueue&) = delete;
    BatchQueue& operator=(const BatchQueue&) = delete;
    ~BatchQueue() override { worker_.remove(*this); }

    /// Queues all inputs of a request or, if they do not fit, none: then it returns false and `done` is not called.
    [[nodiscard]] bool submit(std::vector<In> inputs, Done done) {
        assert(!inputs.empty());
        auto request = std::make_shared<Waiting>();
        request->outputs.resize(inputs.size());
        request->missing = inputs.size();
        request->done = std::move(done);
        const std::lock_guard lock(worker_.mutex_);
        if (worker_.stops_ || waiting_.size() + inputs.size() > capacity_) return false;
        for (std::size_t i = 0; i < inputs.size(); ++i) waiting_.push_back({std::move(inputs[i]), request, i});
        depth_.store(waiting_.size(), std::memory_order_relaxed);
        worker_.wake();
        return true;
    }

    /// Inputs waiting, batches answered, inputs in them: for metrics, without a lock.
    [[nodiscard]] std::size_t depth() const { return depth_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t batches() const { return batches_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }

private:
    struct Waiting {
        std::vector<Out> outputs;
        std::size_t missing = 0;
        std::exception_ptr error;
        Done done;
    };
    struct Part {
        In input;
        std::shared_ptr<Waiting> request;
        std::size_t index;
    };
    using Parts = std::vector<std::pair<std::shared_ptr<Waiting>, std::size_t>>;

    [[nodiscard]] bool has_work() const override { return !waiting_.empty(); }

    void work(std::unique_lock<std::mutex>& lock) override {
        std::vector<In> inputs;
        Parts parts;
        while (!waiting_.empty() && inputs.size() < most_) {
            auto& part = waiting_.front();
            inputs.push_back(std::move(part.input));
            parts.emplace_back(std::move(part.request), part.index);
            waiting_.pop_front();
        }
        depth_.store(waiting_.size(), std::memory_order_relaxed);
        lock.unlock();
        answer(inputs, parts);
        parts.clear();
        lock.lock();
    }

    /// A batch that fails is answered again input by input, so that one bad input costs its own request alone.
    void answer(std::span<const In> inputs, std::span<typename Parts::value_type> parts) {
        std::vector<Out> outputs;
        std::exception_ptr error;
        try {
            outputs = answer_(inputs);
            if (outputs.size() != inputs.size()) throw std::logic_error("a batch was answered in part");
        } catch (...) {
            error = std::current_exception();
        }
        if (error && inputs.size() > 1) {
            for (std::size_t i = 0; i < inputs.size(); ++i) answer(inputs.subspan(i, 1), parts.subspan(i, 1));
            return;
        }
        batches_.fetch_add(1, std::memory_order_relaxed);
        answered_.fetch_add(inputs.size(), std::memory_order_relaxed);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            auto& [request, index] = parts[i];
            if (error) {
                request->error = error;
            } else {
                request->outputs[index] = std::move(outputs[i]);
            }
            if (--request->missing == 0) finish(*request);
        }
    }

    static void finish(Waiting& request) {
        if (request.error) request.outputs.clear();
        request.done(std::move(request.outputs), request.error);
    }

    void drop(std::unique_lock<std::mutex>& lock) override {
        const auto dropped = std::exchange(waiting_, {});
        depth_.store(0, std::memory_order_relaxed);
        lock.unlock();
        for (const auto& part : dropped) {
            part.request->error = std::make_exception_ptr(Dropped());
            if (--part.request->missing == 0) finish(*part.request);
        }
        lock.lock();
    }

    Worker& worker_;
    Answer answer_;
    std::size_t most_, capacity_;
    std::deque<Part> waiting_;  ///< under the worker's lock
    std::atomic<std::size_t> depth_{0};
    std::atomic<std::uint64_t> batches_{0}, answered_{0};
};

}  // namespace cellwise::serve
