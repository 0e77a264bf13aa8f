#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace cellwise::runs {

/// The threads of a machine dealt out to jobs side by side: as evenly as whole threads allow, and all of them where
/// there are no more jobs than threads. A job takes a share when it begins, the largest one that is free, and gives it
/// back at its end. From any thread.
class ThreadShares {
public:
    /// Both at least 1. With more jobs than threads every job has one.
    ThreadShares(std::int64_t threads, std::size_t jobs);

    /// The shares that are free, the smallest first.
    [[nodiscard]] const std::vector<std::int64_t>& free() const { return free_; }

    /// A share on loan.
    class Loan {
    public:
        explicit Loan(ThreadShares& from);
        ~Loan();
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        [[nodiscard]] std::int64_t threads() const { return threads_; }

    private:
        ThreadShares& from_;
        std::int64_t threads_;
    };

private:
    std::mutex mutex_;
    std::vector<std::int64_t> free_;
};

}  // namespace cellwise::runs
