#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "integration/program.h"
#include "parity/golden_case.h"
#include "parity/replay.h"

namespace cellwise::parity {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class GoldenParity : public testing::Test {
protected:
    /// A copy of one case with its .json changed.
    fs::path changed(const std::string& key, const nlohmann::json& value) {
        auto settings = nlohmann::json::parse(read_file(folder_ / "lstm_adam.json"));
        settings[key] = value;
        write_file_atomically(scratch_ / "case.json", settings.dump());
        fs::copy_file(folder_ / "lstm_adam.npz", scratch_ / "case.npz", fs::copy_options::overwrite_existing);
        return scratch_ / "case.json";
    }
    static std::string message(const fs::path& path) {
        try {
            static_cast<void>(read_golden_case(path));
        } catch (const DataError& error) {
            return error.what();
        }
        return "accepted";
    }
    static bool passes(const GoldenCase& golden) {
        for (const auto& difference : replay(golden, models::Engine::torch, learning::Precision::float64)) {
            if (!difference.passes()) return false;
        }
        return true;
    }

    const fs::path folder_ = fs::path(CELLWISE_SHIPPED_DATA) / "keras_golden";
    const test::ScratchFolder scratch_;
};

TEST_F(GoldenParity, EveryCaseTakesKerassSteps) {
    for (const auto precision : {learning::Precision::float32, learning::Precision::float64}) {
        for (const auto& path : find_golden_cases({folder_.string()})) {
            for (const auto& difference : replay(read_golden_case(path), models::Engine::torch, precision)) {
                EXPECT_LE(difference.share_of_tolerance, 0.1) << path << ' ' << difference.quantity;
            }
        }
    }
}

TEST_F(GoldenParity, WrongRulesAreFoundOut) {
    const auto original = read_golden_case(folder_ / "gru_adam_weight_decay.json");
    ASSERT_TRUE(passes(original));
    auto coupled = original;
    coupled.training.weight_decay_mode = learning::WeightDecayMode::coupled;
    EXPECT_FALSE(passes(coupled));
    auto faster = original;
    faster.training.learning_rate *= 1.01;
    EXPECT_FALSE(passes(faster));
    auto clipped = read_golden_case(folder_ / "gru_adam_clipnorm.json");
    ASSERT_TRUE(passes(clipped));
    std::swap(clipped.training.clip_norm, clipped.training.global_clip_norm);
    EXPECT_FALSE(passes(clipped));
}

TEST_F(GoldenParity, OneWrongNumberFails) {
    auto golden = read_golden_case(folder_ / "lstm_adam.json");
    golden.gradient.at("recurrent_0.forward.kernel").values[7] += 1e-4;
    EXPECT_FALSE(passes(golden));
    golden = read_golden_case(folder_ / "lstm_adam.json");
    golden.initial.at("dense.bias").values[0] = std::nan("");  // ours becomes NaN throughout
    EXPECT_FALSE(passes(golden));
}

TEST_F(GoldenParity, DamagedCasesAreRefusedByKey) {
    EXPECT_EQ(message(changed("cell", "lstm")), "accepted");
    EXPECT_THAT(message(changed("cell", "transformer")), HasSubstr("unknown cell 'transformer'"));
    EXPECT_THAT(message(changed("cell", "gru")), HasSubstr("'initial.gru.kernel' is missing"));
    EXPECT_THAT(message(changed("units", 5)), HasSubstr("'initial.lstm.kernel' has the shape [5, 16], [5, 20]"));
    EXPECT_THAT(message(changed("units", -1)), HasSubstr("'units' is not a size"));
    EXPECT_THAT(message(changed("steps", 4)), HasSubstr("'ids' has the shape"));
    EXPECT_THAT(message(changed("vocabulary", nullptr)), HasSubstr("'vocabulary' is not a size"));
    EXPECT_THAT(message(changed("learning_rate", "fast")), HasSubstr("'learning_rate'"));
    EXPECT_THAT(message(changed("batch_norm", true)), HasSubstr("'initial.batch_normalization.gamma' is missing"));
    const auto path = changed("cell", "lstm");
    const auto bytes = read_file(folder_ / "lstm_adam.npz");
    write_file_atomically(scratch_ / "case.npz", bytes.substr(0, bytes.size() / 2));
    EXPECT_THAT(message(path), HasSubstr("case.npz"));
    fs::remove(scratch_ / "case.npz");
    EXPECT_THAT(message(path), HasSubstr("case.npz"));
}

TEST_F(GoldenParity, TheProgramSaysPassOrFail) {
    const auto good = test::run_program({"parity", (folder_ / "lstm_adam.json").string(), "--json", "-"});
    EXPECT_EQ(good.exit_code, 0) << good.errors;
    EXPECT_EQ(nlohmann::json::parse(good.output)["passed"], true);
    const auto wrong = test::run_program({"parity", changed("learning_rate", 0.02).string()});
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(wrong.output, HasSubstr("FAIL"));
    EXPECT_THAT(wrong.errors, HasSubstr("1 of 1 cases differ from Keras"));
    const auto missing = test::run_program({"parity", (scratch_ / "nowhere").string()});
    EXPECT_EQ(missing.exit_code, 3);
    EXPECT_THAT(missing.errors, HasSubstr("nowhere"));
    EXPECT_EQ(test::run_program({"parity"}).exit_code, 2);
}

}  // namespace
}  // namespace cellwise::parity
