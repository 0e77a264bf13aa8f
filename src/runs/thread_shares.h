#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace cellwise::runs {

/// The threads of a machine dealt out to jobs side by side: as evenly as whole threads allow, and all of them where
/// there are no more jobs than threads. A job takes a share when it begins, the largest one that is free, and gives it
/// back at its end. Once no job is left to begin, threads without a job go to those that still run. From any thread.
class ThreadShares {
public:
    /// All at least 1: `jobs` at once, `loans` over all. With more jobs than threads every job has one.
    ThreadShares(std::int64_t threads, std::size_t jobs, std::size_t loans);

    /// The shares that are free, the smallest first.
    [[nodiscard]] const std::vector<std::int64_t>& free() const { return free_; }

    /// A share on loan.
    class Loan {
    public:
        explicit Loan(ThreadShares& from);
        ~Loan();
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        /// Never fewer than before.
        [[nodiscard]] std::int64_t threads() const { return threads_; }
        /// As many as every job has at least, whoever comes first: for runs whose bits depend on the number.
        [[nodiscard]] std::int64_t fixed_threads() const { return from_.least_; }

    private:
        friend class ThreadShares;
        ThreadShares& from_;
        std::atomic<std::int64_t> threads_;
    };

private:
    void give_to_running();

    std::mutex mutex_;
    std::int64_t threads_;
    std::int64_t least_;   // of a job
    std::size_t to_come_;  // loans
    std::vector<std::int64_t> free_;
    std::vector<Loan*> running_;
};

}  // namespace cellwise::runs
