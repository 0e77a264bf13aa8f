#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/atomic_file.h"
#include "core/error.h"
#include "error_of.h"
#include "search/study.h"

namespace cellwise::search {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class StudyTest : public ::testing::Test {
protected:
    void SetUp() override {
        fs::remove_all(folder_);
        settings_.space = Space::parse(std::vector<std::string>{"x=0..1", "a=u,v", "y=log:1..100 if a=v"});
        settings_.sampler.seed = 3;
        settings_.sampler.startup_trials = 5;
        settings_.context = {{"metric", "accuracy"}};
    }
    void TearDown() override { fs::remove_all(folder_); }

    const fs::path folder_ =
        fs::temp_directory_path() / ("cellwise_study_" + std::to_string(::getpid()) + "_" +
                                     ::testing::UnitTest::GetInstance()->current_test_info()->name());
    StudySettings settings_;
};

/// Reports four epochs; fails, diverges or is pruned here and there.
Outcome try_one(const AskedTrial& trial, TrialProgress& progress) {
    const double x = trial.point[0];
    if (x > 0.97) throw UsageError("these settings do not go together");
    if (x > 0.9) return Outcome::complete(std::nan(""));
    const double top = 1 - std::pow(x - 0.4, 2);
    for (int epoch = 1; epoch <= 4; ++epoch) {
        if (!progress.report(epoch, top - 0.3 / epoch)) return Outcome::pruned();
    }
    return Outcome::complete(top);
}

Budget trials_of(std::int64_t count) { return {count, {}, {}}; }

/// All of the trials but how long they took, as text.
std::string text_of(const Study& study) {
    std::string text;
    for (auto trial : study.trials()) {
        trial.seconds = 0;
        text += trial_json(study.settings().space, trial).dump() + '\n';
    }
    return text;
}

/// Runs in threads, the later ones first, so that trials end in another order.
void three_at_once(std::size_t count, const std::function<void(std::size_t)>& run) {
    std::atomic<std::size_t> left{count};
    const auto work = [&] {
        for (std::size_t i = left.load(); i > 0;) {
            if (left.compare_exchange_weak(i, i - 1)) run(i - 1);
            i = left.load();
        }
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(work);
}

TEST_F(StudyTest, IsTheSameForAnyNumberOfJobs) {
    for (const auto pruner : {PrunerKind::none, PrunerKind::median, PrunerKind::asha}) {
        settings_.pruner.kind = pruner;
        auto alone = Study::in_memory(settings_), together = Study::in_memory(settings_);
        alone.run(try_one, trials_of(30));
        RunOptions options;
        options.side_by_side = three_at_once;
        together.run(try_one, trials_of(30), options);
        EXPECT_EQ(alone.trials().size(), 30U);
        EXPECT_EQ(text_of(alone), text_of(together)) << pruner_name(pruner);
    }
}

TEST_F(StudyTest, KilledAtAnyTrialItGoesOnToTheSameBits) {
    settings_.pruner.kind = PrunerKind::median;
    auto whole = Study::in_memory(settings_);
    whole.run(try_one, trials_of(22));
    for (int last = 0; last < 22; last += 3) {
        fs::remove_all(folder_);
        {
            auto study = Study::begin(folder_, settings_);
            const auto until = [&](const AskedTrial& trial, TrialProgress& progress) {
                if (trial.number == last) throw Interrupted(ExitCode::interrupted, "stopped");
                return try_one(trial, progress);
            };
            EXPECT_THROW(study.run(until, trials_of(22)), Interrupted);
            EXPECT_EQ(study.trials().size(), static_cast<std::size_t>(last));
        }
        auto study = Study::resume(folder_, settings_);
        study.run(try_one, trials_of(22));
        EXPECT_EQ(text_of(study), text_of(whole)) << last;
    }
}

TEST_F(StudyTest, AJournalCutAnywhereGoesOnToTheSameBits) {
    std::string whole, journal;
    {
        auto study = Study::begin(folder_, settings_);
        study.run(try_one, trials_of(10));
        whole = text_of(study);
        journal = read_file(folder_ / "trials.jsonl");
    }
    for (std::size_t bytes = 0; bytes < journal.size(); bytes += 37) {
        std::ofstream(folder_ / "trials.jsonl", std::ios::trunc) << journal.substr(0, bytes);
        auto study = Study::resume(folder_);
        const bool is_torn = bytes > 0 && journal[bytes - 1] != '\n';
        EXPECT_EQ(study.was_torn(), is_torn);
        study.run(try_one, trials_of(10));
        EXPECT_EQ(text_of(study), whole) << bytes;
    }
    // What was cut off is not in the way of the next reader.
    EXPECT_FALSE(Study::resume(folder_).was_torn());
}

TEST_F(StudyTest, ALargerBudgetGoesOnAsIfItHadBeenGiven) {
    auto whole = Study::in_memory(settings_), steps = Study::in_memory(settings_);
    whole.run(try_one, trials_of(19));
    for (const int trials : {1, 6, 8, 19}) steps.run(try_one, trials_of(trials));
    EXPECT_EQ(text_of(whole), text_of(steps));
}

TEST_F(StudyTest, EveryStateIsAResult) {
    settings_.sampler.kind = SamplerKind::random;
    auto random = Study::in_memory(settings_);
    random.run(try_one, trials_of(60));
    std::map<TrialState, int> counts;
    for (const auto& trial : random.trials()) ++counts[trial.state];
    EXPECT_GT(counts[TrialState::complete], 40);
    EXPECT_GT(counts[TrialState::failed], 0);
    EXPECT_GT(counts[TrialState::diverged], 0);
    for (const auto& trial : random.trials()) {
        EXPECT_EQ(trial.objective.has_value(), trial.state == TrialState::complete);
        if (trial.state != TrialState::failed) continue;
        EXPECT_EQ(trial.message, "these settings do not go together");
    }
}

TEST_F(StudyTest, EpochsAreABudget) {
    auto study = Study::in_memory(settings_);
    study.run(try_one, {{}, 30, {}});
    EXPECT_GE(study.epochs(), 30);
    EXPECT_LT(study.epochs(), 30 + 4 * 4);
    EXPECT_EQ(study.trials().size() % 4, 0U);  // whole rounds
}

TEST_F(StudyTest, AGridEnds) {
    settings_.sampler.kind = SamplerKind::grid;
    settings_.sampler.grid_points = 3;
    auto study = Study::in_memory(settings_);
    study.run(try_one, trials_of(100));
    EXPECT_EQ(study.trials().size(), 3U + 9);
}

TEST_F(StudyTest, AnotherSpaceIsRefusedAndNamed) {
    static_cast<void>(Study::begin(folder_, settings_));
    const auto before = read_file(folder_ / "study.toml");
    auto other = settings_;
    other.space = Space::parse(std::vector<std::string>{"x=0..2", "a=u,v", "y=log:1..100 if a=v"});
    other.round = 8;
    other.context = {{"metric", "loss"}};
    const auto message = test::error_of<UsageError>([&] { static_cast<void>(Study::resume(folder_, other)); });
    EXPECT_THAT(message, HasSubstr("x was 0..1, is 0..2; round was 4, is 8; metric was accuracy, is loss"));
    EXPECT_EQ(read_file(folder_ / "study.toml"), before);
    EXPECT_TRUE(Study::resume(folder_).settings() == settings_);
}

TEST_F(StudyTest, RefusesWhatItCannotWorkOn) {
    EXPECT_THAT(test::data_error([&] { static_cast<void>(Study::resume(folder_)); }), HasSubstr("has no study"));
    {
        auto study = Study::begin(folder_, settings_);
        study.run(try_one, trials_of(3));
        EXPECT_THAT(test::error_of<UsageError>([&] { static_cast<void>(Study::resume(folder_)); }),
                    HasSubstr("another program works on the study"));
        EXPECT_THROW(study.run(try_one, {}), UsageError);
    }
    EXPECT_THAT(test::error_of<UsageError>([&] { static_cast<void>(Study::begin(folder_, settings_)); }),
                HasSubstr("has a study already"));
    const auto path = folder_ / "trials.jsonl";
    const auto journal = read_file(path);
    const auto refused = [&](const std::string& bytes) {
        std::ofstream(path, std::ios::trunc) << bytes;
        return test::data_error([&] {
            auto study = Study::resume(folder_);
            study.run(try_one, trials_of(3));
        });
    };
    EXPECT_THAT(refused("{\"number\":\n" + journal), HasSubstr("trials.jsonl', line 1"));
    EXPECT_THAT(refused(journal + journal), HasSubstr("line 4: trial 0 stands there a second time"));
    auto changed = journal;
    changed.insert(changed.find("\"x\":0.") + 6, "1");
    EXPECT_THAT(refused(changed), HasSubstr("is not the one that this study asks for"));
    EXPECT_THAT(refused("{\"number\":0,\"state\":\"complete\"}\n"), HasSubstr("does not have what a trial has"));
    // A whole line that is no trial is not cut off.
    EXPECT_THAT(read_file(path), HasSubstr("\"state\""));
    std::ofstream(folder_ / "study.toml") << "search = [";
    EXPECT_THAT(test::data_error([&] { static_cast<void>(Study::resume(folder_)); }), HasSubstr("is not TOML"));
}

Trial said(std::int64_t number, std::vector<double> values, TrialState state = TrialState::complete) {
    Trial trial{number, {}, state, std::nullopt, {}, 0, ""};
    for (const double value : values) {
        trial.intermediates.push_back({static_cast<std::int64_t>(trial.intermediates.size()) + 1, value});
    }
    return trial;
}

TEST(Pruner, MedianByHand) {
    PrunerOptions options{PrunerKind::median, 3, 2, 3};
    Pruner pruner(options);
    pruner.tell(said(0, {0.1, 0.5, 0.9}));
    pruner.tell(said(1, {0.2, 0.6, 0.8}));
    EXPECT_FALSE(pruner.prunes(said(9, {0, 0}).intermediates));  // two complete trials are too few
    pruner.tell(said(2, {0.3, 0.7, 0.7}));
    pruner.tell(said(3, {0.9, 0.9}, TrialState::pruned));          // does not count
    EXPECT_FALSE(pruner.prunes(said(9, {0}).intermediates));       // before the first step
    EXPECT_TRUE(pruner.prunes(said(9, {0, 0.59}).intermediates));  // the median at step 2 is 0.6
    EXPECT_FALSE(pruner.prunes(said(9, {0, 0.6}).intermediates));
    EXPECT_FALSE(pruner.prunes(said(9, {0.65, 0.1}).intermediates));  // its best so far counts
    EXPECT_TRUE(pruner.prunes(said(9, {0.9, NAN}).intermediates));
}

TEST(Pruner, HalvingByHand) {
    Pruner pruner({PrunerKind::asha, 5, 1, 3});
    for (int i = 0; i < 5; ++i) pruner.tell(said(i, {0.1 * i, 0.1 * i, 0.1 * i}, TrialState::pruned));
    // With it there are six at the first rung, so two go on.
    EXPECT_FALSE(pruner.prunes(said(9, {0.35}).intermediates));
    EXPECT_TRUE(pruner.prunes(said(9, {0.25}).intermediates));
    EXPECT_FALSE(pruner.prunes(said(9, {0.9, 0}).intermediates));  // 2 is no rung
    EXPECT_TRUE(pruner.prunes(said(9, {0.9, 0.9, 0.2}).intermediates));
    EXPECT_FALSE(pruner.prunes(said(9, {0, 0, 0, 0, 0, 0, 0, 0, 0}).intermediates));  // nobody came so far
}

}  // namespace
}  // namespace cellwise::search
