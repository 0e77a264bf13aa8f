// Searches as a user runs them: the same trials for any --jobs and after a kill, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "integration/studies.h"

namespace cellwise::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
/// Kills the program, without warning, once its journal has a trial, and goes on with --resume.
void kill_and_resume(const Arguments& tune, const Arguments& command, const std::filesystem::path& study) {
    {
        const RunningProgram program(tune);
        for (int i = 0; i < 2000 && trials_in(study).empty(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ASSERT_FALSE(trials_in(study).empty());
        program.send(SIGKILL);
    }
    const auto resumed = run_program(joined(command, {"--resume", study.string()}));
    ASSERT_EQ(resumed.exit_code, 0) << resumed.errors;
}

class CustomersTune : public testing::Test {
protected:
    void SetUp() override {
        const auto made =
            run_program({"customers", "synthetic", "--rows", "500", "--output", (folder_ / "table.csv").string()});
        ASSERT_EQ(made.exit_code, 0) << made.errors;
    }
    Arguments tune(const Arguments& more) const {
        return joined(
            {"customers", "tune", (folder_ / "table.csv").string(), "--target", "target", "--model", "random_forest",
             "--search", "n_estimators=int:5..20", "--search", "max_depth=int:2..6", "--confirm-seeds", "2"},
            more);
    }
    ScratchFolder folder_;
};

TEST_F(CustomersTune, DoesNotDependOnJobs) {
    std::vector<json> documents;
    for (const auto* jobs : {"1", "2"}) {
        const auto done =
            run_program(tune({"--budget", "7", "--jobs", jobs, "--output", (folder_ / jobs).string(), "--json", "-"}));
        ASSERT_EQ(done.exit_code, 0) << done.errors;
        auto document = json::parse(done.output);
        document.erase("study");
        documents.push_back(document);
    }
    EXPECT_EQ(documents[0], documents[1]);
    const auto& trials = documents[0].at("trials");
    ASSERT_EQ(trials.size(), 7U);
    double best = 0;
    for (const auto& trial : trials) best = std::max(best, trial.at("objective").get<double>());
    EXPECT_EQ(documents[0].at("best").at("objective").get<double>(), best);
    const auto& confirmed = documents[0].at("confirmed");
    EXPECT_NEAR(confirmed.at("optimism").get<double>(), best - confirmed.at("best").get<double>(), 1e-12);
    EXPECT_EQ(confirmed.at("seeds"), json::array({43, 44}));
}

TEST_F(CustomersTune, GoesOnToTheSameBitsAfterAKill) {
    const auto whole = run_program(tune({"--budget", "12", "--output", (folder_ / "whole").string()}));
    ASSERT_EQ(whole.exit_code, 0) << whole.errors;
    kill_and_resume(tune({"--budget", "12", "--output", (folder_ / "killed").string()}), {"customers", "tune"},
                    folder_ / "killed");
    EXPECT_EQ(trials_in(folder_ / "whole").size(), 12U);
    EXPECT_EQ(trials_in(folder_ / "killed"), trials_in(folder_ / "whole"));
}

TEST_F(CustomersTune, RefusesWhatCannotBe) {
    const auto refusal = [&](const Arguments& more) {
        const auto done =
            run_program(joined({"customers", "tune", (folder_ / "table.csv").string(), "--target", "target", "--model",
                                "random_forest", "--output", (folder_ / "none").string()},
                               more));
        EXPECT_EQ(done.exit_code, 2) << done.errors;
        return done.errors;
    };
    EXPECT_THAT(refusal({"--search", "max_dept=2,3"}), HasSubstr("did you mean 'max_depth'?"));
    EXPECT_THAT(refusal({"--search", "max_depth=9..2"}), HasSubstr("upside down"));
    EXPECT_THAT(refusal({"--search", "max_features=log:0..1"}), HasSubstr("above 0"));
    EXPECT_THAT(refusal({"--search", "max_depth=2,3", "--set", "random_forest.max_depth=4"}), HasSubstr("--set"));
    EXPECT_THAT(refusal({"--metric", "auc"}), HasSubstr("roc_auc"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
}

TEST_F(CustomersTune, ResumesNoOtherStudy) {
    const auto study = (folder_ / "study").string();
    ASSERT_EQ(run_program(tune({"--budget", "2", "--output", study})).exit_code, 0);
    const auto before = content_of(folder_ / "study/trials.jsonl");
    const auto other = run_program({"customers", "tune", "--resume", study, "--search", "max_depth=int:2..9"});
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_THAT(other.errors, HasSubstr("max_depth was int:2..6, is int:2..9"));
    const auto missing = run_program({"customers", "tune", "--resume", (folder_ / "nowhere").string()});
    EXPECT_EQ(missing.exit_code, 3);
    EXPECT_EQ(content_of(folder_ / "study/trials.jsonl"), before);
}

class ReviewTune : public testing::Test {
protected:
    Arguments tune(const std::string& study, const Arguments& more = {}) const {
        return review_study(folder_ / study, joined({"--cell", "gru", "--limit", "400", "--length", "40", "--epochs",
                                                     "4", "--pruner", "median", "--budget", "10"},
                                                    more));
    }
    ScratchFolder folder_;
};

TEST_F(ReviewTune, TrialsAreRunsAndGoOnToTheSameBits) {
    const auto whole = run_program(tune("whole", {"--jobs", "1", "--json", (folder_ / "whole.json").string()}));
    ASSERT_EQ(whole.exit_code, 0) << whole.errors;
    kill_and_resume(tune("killed", {"--jobs", "2"}), {"tune"}, folder_ / "killed");
    EXPECT_EQ(trials_in(folder_ / "killed"), trials_in(folder_ / "whole"));
    EXPECT_EQ(content_of(folder_ / "killed/trial-0000/model.safetensors"),
              content_of(folder_ / "whole/trial-0000/model.safetensors"));
    const auto listed = run_program({"runs", "list", (folder_ / "whole").string()});
    EXPECT_THAT(listed.output, HasSubstr("trial-0000"));
    const auto document = json::parse(content_of(folder_ / "whole.json"));
    EXPECT_EQ(document.at("trials").size(), 10U);
    EXPECT_EQ(document.at("confirmed").at("seeds"), json::array({1, 2}));
}

TEST_F(ReviewTune, RefusesWhatIsNoSetting) {
    const auto unknown = run_program({"tune", "--data", "synthetic", "--search", "learnin-rate=0..1"});
    EXPECT_EQ(unknown.exit_code, 2);
    EXPECT_THAT(unknown.errors, HasSubstr("did you mean 'learning-rate'?"));
    const auto fixed = run_program({"tune", "--data", "synthetic", "--search", "seed=1,2"});
    EXPECT_EQ(fixed.exit_code, 2);
    const auto fraction = run_program({"tune", "--data", "synthetic", "--search", "hidden-size=1.5..8"});
    EXPECT_EQ(fraction.exit_code, 2);
    EXPECT_THAT(fraction.errors, HasSubstr("int:"));
}

}  // namespace
}  // namespace cellwise::test
