#include "runs/thread_shares.h"

#include <algorithm>
#include <cassert>

namespace cellwise::runs {

ThreadShares::ThreadShares(std::int64_t threads, std::size_t jobs) {
    assert(threads > 0 && jobs > 0);
    const auto count = static_cast<std::int64_t>(jobs);
    for (std::int64_t job = count; job-- > 0;) {
        free_.push_back(std::max<std::int64_t>(1, threads / count + (job < threads % count ? 1 : 0)));
    }
}

ThreadShares::Loan::Loan(ThreadShares& from) : from_(from) {
    const std::lock_guard lock(from_.mutex_);
    assert(!from_.free_.empty() && "more jobs at once than shares");
    threads_ = from_.free_.back();
    from_.free_.pop_back();
}

ThreadShares::Loan::~Loan() {
    const std::lock_guard lock(from_.mutex_);
    from_.free_.insert(std::ranges::upper_bound(from_.free_, threads_), threads_);
}

}  // namespace cellwise::runs
