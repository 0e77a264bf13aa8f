// Who gets how many threads when runs train side by side.
#include "runs/thread_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

namespace cellwise::runs {
namespace {

using testing::ElementsAre;

TEST(ThreadShares, UseAllThreadsAsEvenlyAsTheyGo) {
    struct Machine {
        std::size_t runs;
        std::int64_t threads;
    };
    for (const auto& [runs, threads] : {Machine{3, 4}, {6, 16}, {30, 64}, {3, 64}, {6, 6}, {1, 2}}) {
        const ThreadShares shares(threads, runs, runs);
        const auto& free = shares.free();
        EXPECT_EQ(free.size(), runs);
        EXPECT_EQ(std::accumulate(free.begin(), free.end(), std::int64_t{0}), threads);
        EXPECT_LE(free.back() - free.front(), 1) << runs << " runs on " << threads;
    }
}

TEST(ThreadShares, GiveEveryJobOneWhereThereAreTooFew) {
    EXPECT_THAT(ThreadShares(2, 3, 3).free(), ElementsAre(1, 1, 1));
}

// Whoever comes first, and however many are left over.
TEST(ThreadShares, HaveAFixedNumberThatAllJobsCanHave) {
    ThreadShares shares(5, 2, 3);
    {
        const ThreadShares::Loan first(shares), second(shares);
        EXPECT_EQ(first.threads(), 3);
        EXPECT_EQ(second.threads(), 2);
        EXPECT_EQ(first.fixed_threads(), 2);
        EXPECT_EQ(second.fixed_threads(), 2);
    }
    const ThreadShares::Loan last(shares);
    EXPECT_EQ(last.threads(), 5);
    EXPECT_EQ(last.fixed_threads(), 2);
    ThreadShares few(2, 3, 3);
    EXPECT_EQ(ThreadShares::Loan(few).fixed_threads(), 1);
}

TEST(ThreadShares, LendTheLargestFreeOneFirst) {
    ThreadShares shares(16, 6, 7);
    EXPECT_THAT(shares.free(), ElementsAre(2, 2, 3, 3, 3, 3));
    std::optional<ThreadShares::Loan> first(shares), second(shares), third(shares), fourth(shares);
    const ThreadShares::Loan fifth(shares);
    EXPECT_EQ(first->threads(), 3);
    EXPECT_EQ(fifth.threads(), 2);
    second.reset();
    EXPECT_THAT(shares.free(), ElementsAre(2, 3));
    const ThreadShares::Loan sixth(shares);
    EXPECT_EQ(sixth.threads(), 3);
    EXPECT_THAT(shares.free(), ElementsAre(2));
}

TEST(ThreadShares, GiveWhatComesBackToThoseThatStillRunOnceNoneIsToCome) {
    ThreadShares shares(2, 2, 3);
    std::optional<ThreadShares::Loan> lstm(shares), gru(shares);
    gru.reset();  // the third takes its place
    EXPECT_EQ(lstm->threads(), 1);
    const ThreadShares::Loan rnn(shares);
    EXPECT_EQ(rnn.threads(), 1);
    lstm.reset();
    EXPECT_EQ(rnn.threads(), 2);
}

TEST(ThreadShares, GiveToWhoeverHasTheFewestAndLoseNone) {
    ThreadShares shares(16, 6, 6);
    std::vector<std::unique_ptr<ThreadShares::Loan>> loans;
    for (int i = 0; i < 6; ++i) loans.push_back(std::make_unique<ThreadShares::Loan>(shares));
    while (!loans.empty()) {
        std::vector<std::int64_t> threads;
        for (const auto& loan : loans) threads.push_back(loan->threads());
        EXPECT_EQ(std::accumulate(threads.begin(), threads.end(), std::int64_t{0}), 16);
        const auto [fewest, most] = std::ranges::minmax(threads);
        EXPECT_LE(most - fewest, 1);
        loans.erase(loans.begin() + static_cast<std::ptrdiff_t>(loans.size() / 2));
    }
}

// Three at once on two threads: the last one gets two, not three.
TEST(ThreadShares, GiveNoMoreThanThereAre) {
    ThreadShares shares(2, 3, 3);
    std::optional<ThreadShares::Loan> first(shares), second(shares);
    const ThreadShares::Loan third(shares);
    first.reset();
    EXPECT_EQ(second->threads(), 1);
    EXPECT_EQ(third.threads(), 1);
    second.reset();
    EXPECT_EQ(third.threads(), 2);
}

// Two end before the last one begins: the second share waits for nobody.
TEST(ThreadShares, GiveAFreeShareToTheLastOneThatBegins) {
    ThreadShares shares(4, 2, 3);
    std::optional<ThreadShares::Loan> first(shares), second(shares);
    first.reset();
    second.reset();
    EXPECT_EQ(ThreadShares::Loan(shares).threads(), 4);
}

}  // namespace
}  // namespace cellwise::runs
