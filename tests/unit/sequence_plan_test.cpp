#include "engine/plan.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace cellwise::engine {
namespace {

// Backward sets a sum at its block's last position and adds the others to it; every projection row finds all of its
// sums, and no other.
TEST(SequencePlan, GivesEveryPositionASumOfItsProjectionRow) {
    EXPECT_TRUE(rc::check([] {
        const auto batch = *rc::gen::inRange<std::size_t>(1, 70);
        const auto steps = *rc::gen::inRange<std::size_t>(1, 20);
        const auto vocabulary = *rc::gen::inRange<std::int32_t>(1, 60);
        const auto ids = *rc::gen::container<std::vector<std::int32_t>>(batch * steps, rc::gen::inRange(0, vocabulary));
        SequencePlan::Options options;
        options.share_tokens = *rc::gen::arbitrary<bool>();
        options.share_prefix = *rc::gen::arbitrary<bool>();
        SequencePlan plan;
        if (*rc::gen::arbitrary<bool>()) {
            plan.plan_dense(batch, steps, false);
        } else {
            plan.plan_tokens(ids.data(), batch, steps, static_cast<std::size_t>(vocabulary), options);
        }
        plan.list_sums();

        std::map<std::int32_t, std::int32_t> row_of_sum;
        std::set<std::pair<std::size_t, std::int32_t>> pairs;  // block and projection row
        for (std::size_t block = 0; block < plan.block_count(); ++block) {
            const std::size_t end =
                block + 1 < plan.block_count() ? plan.first_position(block + 1) : plan.position_count();
            for (std::size_t position = end; position-- > plan.first_position(block);) {
                const std::int32_t row = plan.projection_rows()[position];
                const std::int32_t place = plan.sum_rows()[position];
                const std::int32_t sum = place < 0 ? -1 - place : place;
                RC_ASSERT(pairs.insert({block, row}).second == (place < 0));
                if (place < 0) RC_ASSERT(row_of_sum.count(sum) == 0U);
                RC_ASSERT(row_of_sum.try_emplace(sum, row).first->second == row);
            }
        }
        RC_ASSERT(plan.sum_count() == pairs.size());
        std::size_t listed = 0;
        for (std::size_t row = 0; row < plan.projection_count(); ++row) {
            const auto sums = plan.sums_of(row);
            RC_ASSERT(sums.readable == plan.sum_count() - listed);
            for (std::size_t i = 0; i < sums.count; ++i, ++listed) {
                RC_ASSERT(row_of_sum.at(sums.begin[i]) == static_cast<std::int32_t>(row));
            }
        }
        RC_ASSERT(listed == plan.sum_count());
    }));
}

}  // namespace
}  // namespace cellwise::engine
