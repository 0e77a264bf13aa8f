#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "integration/program.h"

// Same seed, same bits: whatever --threads and --jobs say.
namespace cellwise {
namespace {

using test::content_of;
using test::run_program;
using test::ScratchFolder;

const std::vector<std::string> all_cells{"simple_rnn", "lstm", "gru"};

// Runs compare on a few synthetic reviews; each cell's model, in the order of all_cells.
std::vector<std::string> models_of(const std::vector<std::string>& more, const std::string& seed_folder = "") {
    const ScratchFolder folder;
    std::vector<std::string> arguments{"compare",      "--data",   "synthetic",     "--limit", "150",
                                       "--length",     "40",       "--epochs",      "2",       "--quiet",
                                       "--batch-size", "32",       "--hidden-size", "24",      "--embedding-size",
                                       "20",           "--output", folder / "run"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    std::vector<std::string> models;
    for (const auto& cell : all_cells) {
        models.push_back(content_of(folder / "run" / (cell + seed_folder) / "model.safetensors"));
        EXPECT_GT(models.back().size(), 10000U) << cell;
    }
    return models;
}

TEST(Determinism, AnyNumberOfThreadsGivesTheSameModels) {
    const std::vector<std::vector<std::string>> variants{{},
                                                         {"--preset", "regularised", "--dropout", "0.2"},
                                                         {"--bidirectional", "--layers", "2", "--gru-reset", "before"}};
    for (const auto& variant : variants) {
        const auto with_threads = [&](const std::string& threads) {
            auto arguments = variant;
            arguments.insert(arguments.end(), {"--threads", threads, "--jobs", "1"});
            return models_of(arguments);
        };
        const auto one = with_threads("1");
        for (const char* threads : {"2", "3"}) EXPECT_EQ(with_threads(threads), one) << threads << " threads";
    }
}

TEST(Determinism, RunsSideBySideGiveTheModelsOfRunsOneByOne) {
    const auto with_jobs = [](const std::string& jobs) {
        return models_of({"--seeds", "2", "--dropout", "0.3", "--threads", "2", "--jobs", jobs}, "-seed-1");
    };
    const auto one_by_one = with_jobs("1");
    EXPECT_EQ(with_jobs("3"), one_by_one);
}

TEST(Determinism, AnotherSeedGivesOtherModels) { EXPECT_NE(models_of({"--seed", "1"}), models_of({"--seed", "2"})); }

}  // namespace
}  // namespace cellwise
