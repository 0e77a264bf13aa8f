// Who gets how many threads when runs train side by side.
#include "runs/thread_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <optional>

namespace cellwise::runs {
namespace {

using testing::ElementsAre;

TEST(ThreadShares, UseAllThreadsAsEvenlyAsTheyGo) {
    struct Machine {
        std::size_t runs;
        std::int64_t threads;
    };
    for (const auto& [runs, threads] : {Machine{3, 4}, {6, 16}, {30, 64}, {3, 64}, {6, 6}, {1, 2}}) {
        const ThreadShares shares(threads, runs);
        const auto& free = shares.free();
        EXPECT_EQ(free.size(), runs);
        EXPECT_EQ(std::accumulate(free.begin(), free.end(), std::int64_t{0}), threads);
        EXPECT_LE(free.back() - free.front(), 1) << runs << " runs on " << threads;
    }
}

TEST(ThreadShares, GiveEveryJobOneWhereThereAreTooFew) { EXPECT_THAT(ThreadShares(2, 3).free(), ElementsAre(1, 1, 1)); }

TEST(ThreadShares, LendTheLargestFreeOneFirst) {
    ThreadShares shares(16, 6);
    EXPECT_THAT(shares.free(), ElementsAre(2, 2, 3, 3, 3, 3));
    std::optional<ThreadShares::Loan> first(shares), second(shares), third(shares), fourth(shares);
    const ThreadShares::Loan fifth(shares);
    EXPECT_EQ(first->threads(), 3);
    EXPECT_EQ(fifth.threads(), 2);
    second.reset();
    EXPECT_THAT(shares.free(), ElementsAre(2, 3));
    EXPECT_EQ(ThreadShares::Loan(shares).threads(), 3);
}

}  // namespace
}  // namespace cellwise::runs
