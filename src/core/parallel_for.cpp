#include "core/parallel_for.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/processor.h"

namespace cellwise {

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::size_t failed = count;
    std::exception_ptr failure;
    const auto take_up = [&] {
        for (std::size_t index = next++; index < count; index = next++) {
            try {
                work(index);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (index < failed) {
                    failed = index;
                    failure = std::current_exception();
                }
                next = count;
            }
        }
    };
    const auto wanted = static_cast<std::size_t>(threads_or_all(threads));
    std::vector<std::thread> helpers;
    for (std::size_t i = 1; i < std::min(wanted, count); ++i) helpers.emplace_back(take_up);
    take_up();
    for (auto& helper : helpers) helper.join();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace cellwise
