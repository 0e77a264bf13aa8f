#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "integration/checks.h"
#include "integration/program.h"

// --precision bfloat16: trainings whose matrix products round their factors.
namespace cellwise {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::run_program;
using test::ScratchFolder;
using testing::HasSubstr;

using Words = std::vector<std::string>;

bool has_bfloat16_products() { return __builtin_cpu_supports("avx512bf16") != 0; }

Words training(const std::string& output, const Words& more = {}) {
    Words words{"train", "--data",      "synthetic", "--limit",  "400", "--epochs",      "2",  "--cell",
                "gru",   "--precision", "bfloat16",  "--length", "40",  "--hidden-size", "12", "--embedding-size",
                "10",    "--output",    output};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(BFloat16Trainings, AreTheSameForAnyThreadsAndPredictAsTheyEvaluate) {
    if (!has_bfloat16_products()) GTEST_SKIP() << "this processor has no AVX512_BF16";
    const ScratchFolder folder;
    const auto one = run_program(training(folder / "one", {"--threads", "1"}));
    ASSERT_EQ(one.exit_code, 0) << one.errors;
    EXPECT_THAT(one.errors, HasSubstr("engine: fused (matrix products of bfloat16)"));
    ASSERT_EQ(run_program(training(folder / "three", {"--threads", "3"})).exit_code, 0);
    const auto model = [&](const std::string& run) { return content_of(fs::path(folder / run) / "model.safetensors"); };
    EXPECT_EQ(model("one"), model("three"));
    auto plain = training(folder / "plain");
    plain.insert(plain.end(), {"--precision", "float32"});
    ASSERT_EQ(run_program(plain).exit_code, 0);
    EXPECT_NE(model("one"), model("plain")) << "nothing was rounded";

    const auto evaluated = run_program({"evaluate", folder / "one", "--quiet"});
    ASSERT_EQ(evaluated.exit_code, 0) << evaluated.errors;
    const auto last_line = one.output.substr(one.output.rfind("Test Accuracy"));
    EXPECT_THAT(evaluated.output, HasSubstr(last_line)) << one.output;
    // Without LibTorch, which the model of a float64 run would need.
    const auto predicted = run_program({"predict", "--model", folder / "one", "a fine film"});
    EXPECT_EQ(predicted.exit_code, 0) << predicted.errors;
}

TEST(BFloat16Trainings, GoOnWhereTheyStopped) {
    if (!has_bfloat16_products()) GTEST_SKIP() << "this processor has no AVX512_BF16";
    const ScratchFolder folder;
    ASSERT_EQ(run_program(training(folder / "whole", {"--checkpoint-every", "3"})).exit_code, 0);
    test::RunningProgram stopped(training(folder / "parts", {"--checkpoint-every", "3"}));
    const fs::path checkpoint = fs::path(folder / "parts") / "checkpoint.safetensors";
    const auto late = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!fs::exists(checkpoint)) ASSERT_LT(std::chrono::steady_clock::now(), late) << stopped.errors();
    stopped.send(SIGTERM);
    (void)stopped.wait();
    const auto resumed = run_program({"train", "--resume", folder / "parts"});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.errors;
    EXPECT_EQ(content_of(fs::path(folder / "parts") / "model.safetensors"),
              content_of(fs::path(folder / "whole") / "model.safetensors"));
}

TEST(BFloat16Trainings, AreRefusedElsewhereBeforeAnythingIsWritten) {
    const ScratchFolder folder;
    test::expect_refusal(training(folder / "run", {"--engine", "torch"}), 2, "fused engine");
    if (!has_bfloat16_products()) test::expect_refusal(training(folder / "run"), 4, "AVX512_BF16");
    EXPECT_FALSE(fs::exists(folder / "run"));
}

}  // namespace
}  // namespace cellwise
