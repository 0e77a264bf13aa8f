// Every part of every stage once, no part before the stage in front of it has ended, and nobody waited for in vain.
#include "engine/team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <random>
#include <thread>
#include <vector>

#include "engine/thread_pool.h"

namespace cellwise::engine {
namespace {

// What the members did, by plain memory where the team promises that nobody else touches it: ThreadSanitizer looks on.
class Record {
public:
    Record(std::size_t stages, std::size_t parts) : parts_(parts), calls_(stages * parts), done_(parts) {}

    void note(std::size_t stage, std::size_t part) {
        ++calls_[stage * parts_ + part];
        for (const std::size_t other : done_at_begin(stage)) {
            if (other < stage) ++too_early_;
        }
        ++done_[part].stages;
    }

    [[nodiscard]] bool is_complete() const {
        for (const int calls : calls_) {
            if (calls != 1) return false;
        }
        return too_early_ == 0;
    }

private:
    struct Done {
        std::atomic<std::size_t> stages{0};
        Done() = default;
        Done(const Done& other) : stages(other.stages.load()) {}
    };
    [[nodiscard]] std::vector<std::size_t> done_at_begin(std::size_t /*stage*/) const {
        std::vector<std::size_t> stages;
        for (const auto& done : done_) stages.push_back(done.stages.load());
        return stages;
    }

    std::size_t parts_;
    std::vector<int> calls_;  // each is written by the one member that has the part's stage
    std::vector<Done> done_;
    std::atomic<int> too_early_{0};
};

TEST(Teams, DoEveryPartOfEveryStageOnceAndInOrder) {
    std::mt19937 random(7);
    for (int trial = 0; trial < 60; ++trial) {
        const std::size_t members = 1 + random() % 4, parts = 1 + random() % 9, stages = random() % 60;
        Team team(members, parts);
        Record record(stages, parts);
        ThreadPool pool(static_cast<int>(members));
        pool.run(members, [&](std::size_t member, std::size_t /*worker*/) {
            team.run(member, stages, [&](std::size_t stage, std::size_t part) { record.note(stage, part); });
        });
        EXPECT_TRUE(record.is_complete()) << members << " members, " << parts << " parts, " << stages << " stages";
    }
}

TEST(Teams, DoNotWaitForAMemberThatNeverComes) {
    Team team(3, 5);
    Record record(20, 5);
    team.run(1, 20, [&](std::size_t stage, std::size_t part) { record.note(stage, part); });
    EXPECT_TRUE(record.is_complete());
    int calls = 0;
    team.run(0, 20, [&](std::size_t, std::size_t) { ++calls; });  // who comes afterwards finds nothing to do
    EXPECT_EQ(calls, 0);
}

TEST(Teams, TakeThePartsOfAMemberThatIsSlow) {
    Team team(2, 8);
    Record record(4, 8);
    std::vector<int> by_member(2);
    ThreadPool pool(2);
    pool.run(2, [&](std::size_t member, std::size_t /*worker*/) {
        team.run(member, 4, [&](std::size_t stage, std::size_t part) {
            record.note(stage, part);
            ++by_member[member];
            if (member == 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        });
    });
    EXPECT_TRUE(record.is_complete());
    EXPECT_GT(by_member[0], by_member[1]);
}

}  // namespace
}  // namespace cellwise::engine
