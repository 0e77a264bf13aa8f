#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "benchmark/device_speed.h"
#include "learning/device.h"
#include "learning/fit.h"
#include "learning/trainer.h"
#include "parity/golden_case.h"
#include "parity/replay.h"
#include "unit/classifier_kinds.h"
#include "unit/random_reviews.h"

namespace cellwise::learning {
namespace {

using test::random_reviews;

class Gpu : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = why_no_gpu(); !reason.empty()) GTEST_SKIP() << reason;
        set_gpu_arithmetic(true, false);
    }
};

learning::TrainingOptions options_of(learning::Precision precision) {
    learning::TrainingOptions options;
    options.batch_size = 8;
    options.epochs = 3;
    options.clip_norm = 0.5;
    options.precision = precision;
    return options;
}

struct Outcome {
    std::vector<records::EpochFigures> epochs;
    std::vector<torch::Tensor> weights;  // on the CPU
    std::int64_t replays = 0;
    std::string why_not_recorded;
};

Outcome train(const models::ClassifierOptions& model, learning::Precision precision, torch::Device device) {
    const auto reviews = random_reviews(77, 12);  // nine batches of eight, one of five
    const auto options = options_of(precision);
    learning::Trainer trainer(models::Classifier(model, 4), options, 4, {device});
    Outcome outcome;
    outcome.epochs = trainer.fit(reviews, reviews, {}, {});
    outcome.replays = trainer.replays();
    outcome.why_not_recorded = trainer.why_not_recorded();
    for (const auto& variable : trainer.model()->variables()) {
        outcome.weights.push_back(variable.value.detach().cpu().clone());
    }
    return outcome;
}

TEST_F(Gpu, TrainsAsTheCpuDoes) {
    for (const auto& [name, model] : test::every_classifier_kind()) {
        const auto gpu = train(model, learning::Precision::float64, {torch::kCUDA, 0});
        const auto cpu = train(model, learning::Precision::float64, torch::kCPU);
        for (std::size_t i = 0; i < cpu.epochs.size(); ++i) {
            EXPECT_NEAR(gpu.epochs[i].train.loss, cpu.epochs[i].train.loss, 1e-9) << name << ", epoch " << i + 1;
            EXPECT_NEAR(gpu.epochs[i].validation.loss, cpu.epochs[i].validation.loss, 1e-9) << name;
            EXPECT_EQ(gpu.epochs[i].validation.accuracy, cpu.epochs[i].validation.accuracy) << name;
        }
        for (std::size_t i = 0; i < cpu.weights.size(); ++i) {
            EXPECT_LT((gpu.weights[i] - cpu.weights[i]).abs().max().item<double>(), 1e-8) << name;
        }
    }
}

TEST_F(Gpu, RecordsFullAndLastBatches) {
    for (const Cell cell : all_cells) {
        const auto outcome = train(test::small_classifier(cell), learning::Precision::float32, {torch::kCUDA, 0});
        EXPECT_EQ(outcome.why_not_recorded, "") << cell_name(cell);
        // 27 full batches, of which the first three run as they are; the three last batches of five do, too.
        EXPECT_EQ(outcome.replays, 24) << cell_name(cell);
    }
}

TEST_F(Gpu, DropoutRunsUnrecordedAndSaysSo) {
    auto model = test::small_classifier(Cell::lstm);
    model.dropout = 0.5;
    const auto outcome = train(model, learning::Precision::float32, {torch::kCUDA, 0});
    EXPECT_EQ(outcome.replays, 0);
    EXPECT_NE(outcome.why_not_recorded.find("dropout"), std::string::npos);
}

TEST_F(Gpu, DeterministicModeGivesTheSameBits) {
    for (const Cell cell : all_cells) {
        const auto one = train(test::small_classifier(cell), learning::Precision::float32, {torch::kCUDA, 0});
        const auto again = train(test::small_classifier(cell), learning::Precision::float32, {torch::kCUDA, 0});
        for (std::size_t i = 0; i < one.weights.size(); ++i) {
            EXPECT_TRUE(one.weights[i].equal(again.weights[i])) << cell_name(cell);
        }
    }
}

// CELLWISE_GOLDEN names the folder with the cases where the program has moved since it was built.
TEST_F(Gpu, TakesKerassSteps) {
    const char* named = std::getenv("CELLWISE_GOLDEN");
    const std::string folder = named != nullptr ? named : CELLWISE_SHIPPED_DATA "/keras_golden";
    for (const auto precision : {learning::Precision::float32, learning::Precision::float64}) {
        for (const auto& path : parity::find_golden_cases({folder})) {
            const auto golden = parity::read_golden_case(path);
            for (const auto& difference : parity::replay(golden, models::Engine::torch, precision, {torch::kCUDA, 0})) {
                EXPECT_TRUE(difference.passes()) << path << ' ' << difference.quantity;
            }
        }
    }
}

TEST_F(Gpu, MeasuresRecordedSteps) {
    benchmark::Shape shape;
    shape.batch_size = 4;
    shape.length = 6;
    const auto batches = benchmark::generated_batches(shape, 8);
    for (const Cell cell : all_cells) {
        const auto speed = benchmark::measure_on_device(cell, shape, batches, {torch::kCUDA, 0}, 2);
        EXPECT_EQ(speed.why_not_recorded, "");
        ASSERT_TRUE(speed.recorded_train) << cell_name(cell);
        EXPECT_GT(speed.recorded_train->low, 0);
    }
}

TEST_F(Gpu, MatrixProductsAreNotRoundedToTf32) {
    const auto left = torch::randn({256, 256}), right = torch::randn({256, 256});
    const auto product = left.to(torch::kCUDA).mm(right.to(torch::kCUDA)).cpu();
    const auto exact = left.to(torch::kFloat64).mm(right.to(torch::kFloat64));
    EXPECT_LT((product - exact).abs().max().item<double>(), 1e-3) << "TF32 would be off by 1e-2";
}

}  // namespace
}  // namespace cellwise::learning
