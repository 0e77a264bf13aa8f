#include <gtest/gtest.h>

#include <future>
#include <numeric>

#include "serve/queue/batch_queue.h"

namespace cellwise::serve {
namespace {

using Queue = BatchQueue<int, int>;

std::vector<int> squares(std::span<const int> numbers) {
    std::vector<int> all;
    for (const int number : numbers) all.push_back(number * number);
    return all;
}

std::future<std::vector<int>> ask(Queue& queue, std::vector<int> inputs) {
    auto promise = std::make_shared<std::promise<std::vector<int>>>();
    const bool taken =
        queue.submit(std::move(inputs), [promise](std::vector<int> outputs, const std::exception_ptr& error) {
            if (error) {
                promise->set_exception(error);
            } else {
                promise->set_value(std::move(outputs));
            }
        });
    if (!taken) promise->set_exception(std::make_exception_ptr(std::length_error("full")));
    return promise->get_future();
}

/// Holds the worker until it is let go.
class Hold {
public:
    explicit Hold(Worker& worker)
        : queue_(
              worker,
              [this](std::span<const int> inputs) {
                  reached_.set_value();
                  gate_.get_future().get();
                  return squares(inputs);
              },
              1, 1) {
        held_ = ask(queue_, {1});
        reached_.get_future().get();
    }
    void release() {
        gate_.set_value();
        held_.get();
    }

private:
    std::promise<void> reached_, gate_;
    Queue queue_;
    std::future<std::vector<int>> held_;
};

TEST(BatchQueue, TakesAllThatWaitsUpToTheMost) {
    Worker worker;
    std::vector<std::size_t> sizes;
    Queue queue(
        worker,
        [&](std::span<const int> inputs) {
            sizes.push_back(inputs.size());
            return squares(inputs);
        },
        64, 1000);
    Hold hold(worker);
    std::vector<int> numbers(100);
    std::iota(numbers.begin(), numbers.end(), 0);
    auto large = ask(queue, numbers);
    auto small = ask(queue, {7});
    EXPECT_EQ(queue.depth(), 101U);
    hold.release();
    EXPECT_EQ(large.get(), squares(numbers));
    EXPECT_EQ(small.get(), std::vector{49});
    worker.run_and_wait([] {});
    EXPECT_EQ(sizes, (std::vector<std::size_t>{64, 37}));
    EXPECT_EQ(queue.depth(), 0U);
}

TEST(BatchQueue, RefusesWhatDoesNotFitAsAWhole) {
    Worker worker;
    Queue queue(worker, squares, 4, 10);
    Hold hold(worker);
    auto first = ask(queue, std::vector<int>(8, 2));
    EXPECT_THROW(ask(queue, {1, 2, 3}).get(), std::length_error);
    auto second = ask(queue, {3, 4});
    hold.release();
    EXPECT_EQ(first.get(), std::vector<int>(8, 4));
    EXPECT_EQ(second.get(), (std::vector{9, 16}));
}

TEST(BatchQueue, ServesLowerPriorityLast) {
    Worker worker;
    std::vector<int> order;
    const auto note = [&](std::span<const int> inputs) {
        order.push_back(inputs.front());
        return squares(inputs);
    };
    Queue slow(worker, note, 1, 10, 1), fast(worker, note, 1, 10, 0), other(worker, note, 1, 10, 0);
    Hold hold(worker);
    std::vector<std::future<std::vector<int>>> all;
    for (const int number : {100, 101}) all.push_back(ask(slow, {number}));
    for (const int number : {1, 2}) all.push_back(ask(fast, {number}));
    all.push_back(ask(other, {10}));
    hold.release();
    for (auto& one : all) one.get();
    worker.run_and_wait([] {});
    EXPECT_EQ(order, (std::vector{1, 10, 2, 100, 101})) << "equals take turns, so 10 does not wait for both 1 and 2";
}

TEST(BatchQueue, AnErrorCostsItsOwnRequestAlone) {
    Worker worker;
    Queue queue(
        worker,
        [](std::span<const int> inputs) {
            for (const int input : inputs) {
                if (input < 0) throw std::domain_error("negative");
            }
            return squares(inputs);
        },
        64, 100);
    Hold hold(worker);
    auto good = ask(queue, {2, 3}), bad = ask(queue, {4, -1});
    hold.release();
    EXPECT_EQ(good.get(), (std::vector{4, 9}));
    EXPECT_THROW(bad.get(), std::domain_error);
}

TEST(BatchQueue, WhatWaitsAtTheEndIsDropped) {
    Worker worker;
    Queue queue(worker, squares, 1, 100);
    std::promise<void> reached, gate;
    Queue held(
        worker,
        [&](std::span<const int> inputs) {
            reached.set_value();
            gate.get_future().get();
            return squares(inputs);
        },
        1, 1);
    auto last = ask(held, {5});
    reached.get_future().get();
    auto waiting = ask(queue, {1, 2});
    auto stopping = std::async(std::launch::async, [&] { worker.stop(); });
    // submit() refuses from the moment that the end is decided.
    while (true) {
        auto refused = ask(queue, {1});
        if (refused.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready) break;
    }
    gate.set_value();
    stopping.get();
    EXPECT_EQ(last.get(), std::vector{25});
    EXPECT_THROW(waiting.get(), Dropped);
}

TEST(BatchQueue, ManyThreadsGetTheirOwnAnswers) {
    Worker worker;
    Queue queue(worker, squares, 64, 100000);
    std::vector<std::future<void>> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.push_back(std::async(std::launch::async, [&, thread] {
            for (int i = 0; i < 300; ++i) {
                const int number = thread * 1000 + i;
                ASSERT_EQ(ask(queue, {number, -number}).get(), (std::vector{number * number, number * number}));
            }
        }));
    }
    for (auto& thread : threads) thread.get();
    EXPECT_EQ(queue.answered(), 2400U);
}

}  // namespace
}  // namespace cellwise::serve
