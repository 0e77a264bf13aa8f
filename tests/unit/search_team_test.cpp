// Studies whose trials several processes share. Threads with a communicator of their own stand for the processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <barrier>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "core/error.h"
#include "search/study.h"

namespace cellwise::search {
namespace {

namespace fs = std::filesystem;

/// What the threads exchange.
struct Exchange {
    explicit Exchange(int size) : together(size), parts(static_cast<std::size_t>(size)) {}
    std::barrier<> together;
    std::vector<std::vector<std::byte>> parts;
};

class ThreadCommunicator : public Communicator {
public:
    ThreadCommunicator(Exchange& exchange, int rank) : exchange_(exchange), rank_(rank) {}
    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return static_cast<int>(exchange_.parts.size()); }
    [[nodiscard]] int local_rank() const override { return rank_; }
    void sum(std::span<float>) override { FAIL() << "nobody asks for this"; }
    void sum(std::span<double> values) override {
        const auto all = gather(std::as_bytes(values));
        std::fill(values.begin(), values.end(), 0);
        for (const auto& part : all) {
            const auto* others = reinterpret_cast<const double*>(part.data());
            for (std::size_t i = 0; i < values.size(); ++i) values[i] += others[i];
        }
    }
    [[nodiscard]] std::vector<std::vector<std::byte>> gather(std::span<const std::byte> own) override {
        exchange_.parts[static_cast<std::size_t>(rank_)].assign(own.begin(), own.end());
        exchange_.together.arrive_and_wait();
        auto all = exchange_.parts;
        exchange_.together.arrive_and_wait();
        return all;
    }
    void wait() override { exchange_.together.arrive_and_wait(); }

private:
    Exchange& exchange_;
    int rank_;
};

class TeamTest : public ::testing::Test {
protected:
    void SetUp() override {
        fs::remove_all(folder_);
        settings_.space = Space::parse(std::vector<std::string>{"x=0..1", "a=u,v", "y=log:1..100 if a=v"});
        settings_.sampler.startup_trials = 4;
        settings_.pruner.kind = PrunerKind::median;
    }
    void TearDown() override { fs::remove_all(folder_); }

    /// Runs the study in so many threads, the first of which has the folder. What each came to, as text; "stopped"
    /// where Interrupted was thrown.
    std::vector<std::string> shared(int processes, std::int64_t trials, bool resumes, const Objective& objective) {
        Exchange exchange(processes);
        std::vector<std::string> texts(static_cast<std::size_t>(processes));
        std::vector<std::jthread> threads;
        for (int rank = 0; rank < processes; ++rank) {
            threads.emplace_back([&, rank] {
                ThreadCommunicator own(exchange, rank);
                auto study = rank > 0  ? Study::in_memory(settings_)
                             : resumes ? Study::resume(folder_, settings_)
                                       : Study::begin(folder_, settings_);
                RunOptions options;
                options.processes = &own;
                auto& text = texts[static_cast<std::size_t>(rank)];
                try {
                    study.run(objective, {trials, {}, {}}, options);
                    text = text_of(study);
                } catch (const Interrupted&) {
                    text = "stopped";
                }
            });
        }
        threads.clear();
        return texts;
    }
    static std::string text_of(const Study& study) {
        std::string text;
        for (auto trial : study.trials()) {
            trial.seconds = 0;
            text += trial_json(study.settings().space, trial).dump() + '\n';
        }
        return text;
    }
    std::string alone(std::int64_t trials, const Objective& objective) {
        auto study = Study::in_memory(settings_);
        study.run(objective, {trials, {}, {}});
        return text_of(study);
    }

    const fs::path folder_ =
        fs::temp_directory_path() / ("cellwise_team_" + std::to_string(::getpid()) + "_" +
                                     ::testing::UnitTest::GetInstance()->current_test_info()->name());
    StudySettings settings_;
};

Outcome try_one(const AskedTrial& trial, TrialProgress& progress) {
    const double x = trial.point[0];
    if (x > 0.95) throw UsageError("these settings do not go together");
    for (int epoch = 1; epoch <= 3; ++epoch) {
        if (!progress.report(epoch, 1 - std::pow(x - 0.4, 2) - 0.3 / epoch)) return Outcome::pruned();
    }
    return Outcome::complete(1 - std::pow(x - 0.4, 2));
}

TEST_F(TeamTest, AllEndWithTheTrialsOfOneAlone) {
    const auto expected = alone(19, try_one);
    for (const int processes : {1, 2, 3, 6}) {
        fs::remove_all(folder_);
        for (const auto& text : shared(processes, 19, false, try_one)) EXPECT_EQ(text, expected) << processes;
        EXPECT_EQ(text_of(Study::resume(folder_)), expected) << "the journal of the first has all of them";
    }
}

TEST_F(TeamTest, EveryTrialIsRunOnce) {
    std::mutex mutex;
    std::map<std::int64_t, int> runs;
    (void)shared(3, 10, false, [&](const AskedTrial& trial, TrialProgress& progress) {
        const std::lock_guard guard(mutex);
        ++runs[trial.number];
        return try_one(trial, progress);
    });
    EXPECT_EQ(runs.size(), 10U);
    for (const auto& [number, count] : runs) EXPECT_EQ(count, 1) << number;
}

TEST_F(TeamTest, OneThatIsStoppedStopsAllAndNothingThatEndedIsLost) {
    std::mutex mutex;
    std::map<std::int64_t, int> ended;
    // Trial 5 is the second of its round: the second process's.
    const auto texts = shared(2, 19, false, [&](const AskedTrial& trial, TrialProgress& progress) {
        if (trial.number == 5) throw Interrupted(ExitCode::interrupted, "stopped");
        const auto count = [&] {
            const std::lock_guard guard(mutex);
            ++ended[trial.number];
        };
        try {
            auto outcome = try_one(trial, progress);
            count();
            return outcome;
        } catch (const UsageError&) {  // a trial that fails has ended too
            count();
            throw;
        }
    });
    EXPECT_THAT(texts, ::testing::ElementsAre("stopped", "stopped"));
    EXPECT_EQ(Study::resume(folder_).trials().size(), ended.size());
    // One process goes on with it, and three.
    const auto expected = alone(19, try_one);
    EXPECT_EQ(shared(1, 11, true, try_one).front(), alone(11, try_one));
    for (const auto& text : shared(3, 19, true, try_one)) EXPECT_EQ(text, expected);
}

}  // namespace
}  // namespace cellwise::search
