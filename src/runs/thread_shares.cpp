#include "runs/thread_shares.h"

#include <algorithm>
#include <cassert>

namespace cellwise::runs {

ThreadShares::ThreadShares(std::int64_t threads, std::size_t jobs, std::size_t loans)
    : threads_(threads), least_(std::max<std::int64_t>(1, threads / static_cast<std::int64_t>(jobs))), to_come_(loans) {
    assert(threads > 0 && jobs > 0 && loans > 0);
    const auto count = static_cast<std::int64_t>(jobs);
    for (std::int64_t job = count; job-- > 0;) {
        free_.push_back(std::max<std::int64_t>(1, threads / count + (job < threads % count ? 1 : 0)));
    }
}

ThreadShares::Loan::Loan(ThreadShares& from) : from_(from) {
    const std::lock_guard lock(from_.mutex_);
    assert(!from_.free_.empty() && "more jobs at once than shares");
    assert(from_.to_come_ > 0 && "more loans than were spoken of");
    threads_ = from_.free_.back();
    from_.free_.pop_back();
    from_.running_.push_back(this);
    if (--from_.to_come_ == 0) from_.give_to_running();
}

ThreadShares::Loan::~Loan() {
    const std::lock_guard lock(from_.mutex_);
    std::erase(from_.running_, this);
    if (from_.to_come_ == 0) {
        from_.give_to_running();
    } else {
        from_.free_.insert(std::ranges::upper_bound(from_.free_, threads_.load()), threads_);
    }
}

// Those that nobody has, one by one to whoever has the fewest.
void ThreadShares::give_to_running() {
    free_.clear();
    auto spare = threads_;
    for (const auto* loan : running_) spare -= loan->threads();
    for (; spare > 0 && !running_.empty(); --spare) {
        const auto fewest = std::ranges::min_element(running_, {}, [](const Loan* loan) { return loan->threads(); });
        ++(*fewest)->threads_;
    }
}

}  // namespace cellwise::runs
