// Trials as run folders: what they hold, kills at any moment, and trials shared by several processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "integration/studies.h"

namespace cellwise::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::HasSubstr;

const Arguments two_processes{"mpirun", "--oversubscribe", "--allow-run-as-root", "-n", "2"};

class TableTrials : public testing::Test {
protected:
    void SetUp() override {
        const auto made =
            run_program({"customers", "synthetic", "--rows", "400", "--output", (folder_ / "table.csv").string()});
        ASSERT_EQ(made.exit_code, 0) << made.errors;
    }
    Arguments tune(const std::string& study, const Arguments& more = {}) const {
        return joined({"customers", "tune", (folder_ / "table.csv").string(), "--target", "target", "--model",
                       "random_forest", "--search", "n_estimators=int:5..20", "--search", "max_depth=int:2..6",
                       "--folds", "3", "--confirm-seeds", "1", "--output", (folder_ / study).string()},
                      more);
    }
    json listed(const std::string& study) const {
        const auto list = run_program({"runs", "list", (folder_ / study).string(), "--json", "-"});
        EXPECT_EQ(list.exit_code, 0) << list.errors;
        return json::parse(list.output).at("customers");
    }
    ScratchFolder folder_;
};

TEST_F(TableTrials, AreRunFolders) {
    const auto done = run_program(tune("study", {"--budget", "4"}));
    ASSERT_EQ(done.exit_code, 0) << done.errors;
    const auto runs = listed("study");
    ASSERT_EQ(runs.size(), 4U);
    const auto trials = trials_in(folder_ / "study");
    for (int number = 0; number < 4; ++number) {
        const auto& run = runs.at(static_cast<std::size_t>(number));
        const auto& trial = trials.at(number);
        EXPECT_THAT(run.at("folder").get<std::string>(), HasSubstr(trial.at("message").get<std::string>()));
        EXPECT_EQ(run.at("status"), "finished");
        EXPECT_EQ(run.at("folds"), 3);
        EXPECT_EQ(run.at("train"), 320);
        EXPECT_EQ(run.at("test"), 0) << "the test part is set aside";
        EXPECT_EQ(run.at("figures").at("roc_auc").get<double>(), trial.at("objective").get<double>());
    }
    const auto shown = run_program({"runs", "list", (folder_ / "study").string()});
    EXPECT_THAT(shown.output, HasSubstr("(3 folds)"));
}

TEST_F(TableTrials, HoldTheModelThatTrainFits) {
    ASSERT_EQ(run_program(tune("study", {"--budget", "2"})).exit_code, 0);
    const auto values = trials_in(folder_ / "study").at(1).at("values");
    const auto trained = run_program(
        {"customers", "train", (folder_ / "table.csv").string(), "--target", "target", "--model", "random_forest",
         "--set", "random_forest.n_estimators=" + values.at("n_estimators").dump(), "--set",
         "random_forest.max_depth=" + values.at("max_depth").dump(), "--output", (folder_ / "run").string()});
    ASSERT_EQ(trained.exit_code, 0) << trained.errors;
    const auto trial = folder_ / "study" / "trial-0001";
    const auto run = json::parse(content_of(trial / "run.json"));
    const auto file = run.at("file").get<std::string>();
    EXPECT_FALSE(content_of(trial / file).empty());
    EXPECT_EQ(content_of(trial / file), content_of(folder_ / "run" / file));
    EXPECT_EQ(content_of(trial / "preparation.json"), content_of(folder_ / "run/preparation.json"));
    const auto other = folder_ / "study" / "trial-0000";
    EXPECT_NE(content_of(other / file), content_of(folder_ / "run" / file)) << "trials are told apart";
    const auto predicted = run_program(
        {"customers", "predict", "--model", trial.string(), "--file", (folder_ / "table.csv").string(), "--json", "-"});
    ASSERT_EQ(predicted.exit_code, 0) << predicted.errors;
    EXPECT_EQ(json::parse(predicted.output).at("predictions").size(), 400U);
}

TEST_F(TableTrials, ThatWereEndedEarlyHaveNoModel) {
    const auto done = run_program(tune("study", {"--budget", "16", "--pruner", "median"}));
    ASSERT_EQ(done.exit_code, 0) << done.errors;
    const auto runs = listed("study");
    std::size_t pruned = 0;
    for (const auto& [number, trial] : trials_in(folder_ / "study")) {
        const bool is_pruned = trial.at("state") == "pruned";
        pruned += is_pruned ? 1 : 0;
        const auto& run = runs.at(static_cast<std::size_t>(number));
        EXPECT_EQ(run.at("status"), is_pruned ? "interrupted" : "finished") << number;
        EXPECT_EQ(run.at("folds").get<std::size_t>(), trial.at("intermediates").size()) << number;
    }
    EXPECT_GT(pruned, 0U);
}

TEST_F(TableTrials, KilledAtAnyMomentGoOnToTheSameBits) {
    const Arguments more{"--budget", "24", "--jobs", "2"};
    ASSERT_EQ(run_program(tune("whole", more)).exit_code, 0);
    const auto kills =
        killed_again_and_again(tune("killed", more), {"customers", "tune"}, folder_ / "killed", 24, milliseconds(7));
    EXPECT_GE(kills, 2) << "or nothing was tested";
    EXPECT_EQ(trials_in(folder_ / "killed"), trials_in(folder_ / "whole"));
    const auto expected = trial_files(folder_ / "whole", {});
    EXPECT_EQ(expected.size(), 24U * 4) << "a model, its preparation, figures and description";
    EXPECT_EQ(trial_files(folder_ / "killed", {}), expected) << "and nothing that a killed program left";
}

TEST_F(TableTrials, SharedByTwoProcessesAreThoseOfOne) {
    const Arguments more{"--budget", "10", "--pruner", "median", "--confirm-seeds", "3"};
    const auto alone = run_program(tune("alone", joined(more, {"--json", (folder_ / "alone.json").string()})));
    ASSERT_EQ(alone.exit_code, 0) << alone.errors;
    const auto shared = run_program(
        tune("shared", joined(more, {"--distributed", "--json", (folder_ / "shared.json").string()})), two_processes);
    if (shared.exit_code == 4) GTEST_SKIP() << shared.errors;
    ASSERT_EQ(shared.exit_code, 0) << shared.errors;
    EXPECT_EQ(trials_in(folder_ / "shared"), trials_in(folder_ / "alone"));
    EXPECT_EQ(trial_files(folder_ / "shared", {}), trial_files(folder_ / "alone", {}));
    auto one = json::parse(content_of(folder_ / "alone.json")), two = json::parse(content_of(folder_ / "shared.json"));
    one.erase("study"), two.erase("study");
    EXPECT_EQ(one, two);
    EXPECT_EQ(std::count(shared.output.begin(), shared.output.end(), '\n'),
              std::count(alone.output.begin(), alone.output.end(), '\n'))
        << "only the first process prints";
}

class ReviewTrials : public testing::Test {
protected:
    Arguments tune(const std::string& study, const Arguments& more = {}) const {
        return review_study(folder_ / study, more);
    }
    ScratchFolder folder_;
};

TEST_F(ReviewTrials, KilledAtAnyMomentGoOnToTheSameBits) {
    const Arguments more{"--budget", "16", "--jobs", "2"};
    ASSERT_EQ(run_program(tune("whole", more)).exit_code, 0);
    const auto kills = killed_again_and_again(tune("killed", more), {"tune"}, folder_ / "killed", 16, milliseconds(40));
    EXPECT_GE(kills, 2) << "or nothing was tested";
    EXPECT_EQ(trials_in(folder_ / "killed"), trials_in(folder_ / "whole"));
    const Arguments files{"model.safetensors", "config.toml", "vocabulary.json", "result.json"};
    const auto expected = trial_files(folder_ / "whole", files);
    EXPECT_EQ(expected.size(), 16U * files.size());
    EXPECT_EQ(trial_files(folder_ / "killed", files), expected);
}

TEST_F(ReviewTrials, DoNotLookAtTheTestReviews) {
    const auto done = run_program(tune("study", {"--budget", "2"}));
    ASSERT_EQ(done.exit_code, 0) << done.errors;
    const auto trial = folder_ / "study/trial-0000";
    const auto result = json::parse(content_of(trial / "result.json"));
    EXPECT_TRUE(result.at("test_accuracy").is_null());
    EXPECT_TRUE(result.at("test_loss").is_null());
    EXPECT_FALSE(std::filesystem::exists(trial / "predictions.csv"));
    const auto listed = run_program({"runs", "list", (folder_ / "study").string(), "--json", "-"});
    std::size_t tested = 0, set_aside = 0;
    const auto document = json::parse(listed.output);
    for (const auto& run : document.at("runs")) {
        const bool is_trial = run.at("folder").get<std::string>().find("/trial-") != std::string::npos;
        EXPECT_EQ(run.at("status"), "finished");
        EXPECT_EQ(run.at("test_accuracy").is_null(), is_trial) << run.at("folder");
        (is_trial ? set_aside : tested) += 1;
    }
    EXPECT_EQ(set_aside, 2U);
    EXPECT_EQ(tested, 4U) << "default and best, with two fresh seeds each";
    const auto reported = run_program({"report", trial.string()});
    EXPECT_EQ(reported.exit_code, 3);
    EXPECT_THAT(reported.errors, HasSubstr("test reviews are set aside"));
    EXPECT_EQ(run_program({"runs", "show", trial.string()}).exit_code, 0);
    EXPECT_EQ(run_program({"evaluate", trial.string()}).exit_code, 0) << "whoever wants to look may";
}

TEST_F(ReviewTrials, SharedByTwoProcessesAreThoseOfOne) {
    const Arguments more{"--budget", "9", "--pruner", "median"};
    const auto alone = run_program(tune("alone", joined(more, {"--json", (folder_ / "alone.json").string()})));
    ASSERT_EQ(alone.exit_code, 0) << alone.errors;
    const auto shared = run_program(
        tune("shared", joined(more, {"--distributed", "--json", (folder_ / "shared.json").string()})), two_processes);
    if (shared.exit_code == 4) GTEST_SKIP() << shared.errors;
    ASSERT_EQ(shared.exit_code, 0) << shared.errors;
    EXPECT_EQ(trials_in(folder_ / "shared"), trials_in(folder_ / "alone"));
    EXPECT_EQ(trial_files(folder_ / "shared", {"model.safetensors"}),
              trial_files(folder_ / "alone", {"model.safetensors"}));
    const auto one = json::parse(content_of(folder_ / "alone.json"));
    const auto two = json::parse(content_of(folder_ / "shared.json"));
    for (const auto* part : {"trials", "best", "confirmed", "importances"}) EXPECT_EQ(one.at(part), two.at(part));
}

TEST_F(ReviewTrials, SharedByTwoProcessesGoOnInOne) {
    const auto whole = run_program(tune("whole", {"--budget", "8"}));
    ASSERT_EQ(whole.exit_code, 0) << whole.errors;
    const auto part = run_program(tune("shared", {"--distributed", "--budget", "5"}), two_processes);
    if (part.exit_code == 4) GTEST_SKIP() << part.errors;
    ASSERT_EQ(part.exit_code, 0) << part.errors;
    const auto rest = run_program({"tune", "--resume", (folder_ / "shared").string(), "--budget", "8"});
    ASSERT_EQ(rest.exit_code, 0) << rest.errors;
    EXPECT_EQ(trials_in(folder_ / "shared"), trials_in(folder_ / "whole"));
}

}  // namespace
}  // namespace cellwise::test
