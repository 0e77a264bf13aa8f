#include "core/side_by_side.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace cellwise {

void run_side_by_side(std::size_t count, std::size_t jobs, const std::function<void(std::size_t)>& run) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr first_error;
    std::mutex mutex;
    const auto work = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                run(i);
            } catch (...) {  // handed to the caller below
                const std::lock_guard lock(mutex);
                if (!first_error) first_error = std::current_exception();
                next = count;
            }
        }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < jobs && i < count; ++i) threads.emplace_back(work);
    work();
    threads.clear();  // joins
    if (first_error) std::rethrow_exception(first_error);
}

}  // namespace cellwise
