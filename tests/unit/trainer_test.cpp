#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "bits_of.h"
#include "core/random.h"
#include "learning/fit.h"
#include "learning/optimizer.h"
#include "learning/trainer.h"
#include "toy_reviews.h"

namespace cellwise::learning {
namespace {

using test::bits_of;
using test::toy_model;
using test::toy_reviews;

TEST(Trainer, LearnsAndRepeatsBitForBit) {
    const auto train = toy_reviews(300, 6), test = toy_reviews(100, 6);
    learning::TrainingOptions options;
    options.learning_rate = 0.01;
    options.epochs = 8;
    options.batch_size = 32;
    for (const Cell cell : all_cells) {
        const auto run = [&](std::uint64_t seed) {
            learning::Trainer trainer(models::Classifier(toy_model(cell), seed), options, seed);
            return trainer.fit(train, test, {}, {});
        };
        const auto first = run(1), again = run(1), other = run(2);
        EXPECT_GT(first.back().validation.accuracy, 0.9) << cell_name(cell);
        for (std::size_t epoch = 0; epoch < first.size(); ++epoch) {
            EXPECT_EQ(first[epoch].train.loss, again[epoch].train.loss);
            EXPECT_EQ(first[epoch].validation.loss, again[epoch].validation.loss);
        }
        EXPECT_NE(first[0].train.loss, other[0].train.loss);
    }
}

// Threads that other runs leave over come in the middle of an epoch, and change nothing but the time.
TEST(Fit, TakesMoreThreadsIntoUseWithTheSameBits) {
    const auto train = toy_reviews(300, 20), test = toy_reviews(600, 20);
    learning::TrainingOptions options;
    options.epochs = 2;
    options.batch_size = 32;
    for (const Cell cell : all_cells) {
        const auto run = [&](const std::function<std::int64_t()>& threads) {
            learning::Trainer trainer(models::Classifier(toy_model(cell), 1), options, 1, {torch::kCPU, 1});
            learning::Fit fit(trainer, options);
            learning::FitHooks hooks;
            hooks.threads = threads;
            fit.run(learning::Examples(train), learning::Examples(test), hooks);
            return std::pair(fit.epochs(), trainer.model()->pool()->size());
        };
        std::int64_t asked = 0;
        const auto [alone, one] = run({});
        const auto [shared, four] = run([&] { return ++asked < 5 ? 1 : asked < 12 ? 2 : asked < 14 ? 4 : 1; });
        EXPECT_EQ(one, 1);
        EXPECT_EQ(four, 4);
        EXPECT_EQ(asked, 2 * (10 + 3)) << "every step and every batch of an evaluation";
        ASSERT_EQ(shared.size(), 2u);
        for (std::size_t epoch = 0; epoch < shared.size(); ++epoch) {
            EXPECT_EQ(shared[epoch].train.loss, alone[epoch].train.loss) << cell_name(cell);
            EXPECT_EQ(shared[epoch].validation.loss, alone[epoch].validation.loss) << cell_name(cell);
        }
    }
}

// Adam leaves the rows of words that a batch lacks for later. Who asks the trainer for the model after every step makes
// it catch up each time: weights and moments are the same in the end, and after any step.
TEST(Trainer, RowsThatWaitEndWithTheSameBits) {
    auto reviews = toy_reviews(200, 6);
    Random random(3, "words");
    for (auto& id : reviews.ids) id = static_cast<std::int32_t>(random.below(20) == 0 ? random.below(500) : id);
    auto model = toy_model(Cell::gru);
    model.vocabulary_size = 500;
    for (const auto mode : {learning::WeightDecayMode::coupled, learning::WeightDecayMode::decoupled}) {
        for (const double decay : {0.0, 0.01}) {
            learning::TrainingOptions options;
            options.learning_rate = 0.01;
            options.batch_size = 2;  // 100 steps
            options.weight_decay = decay;
            options.weight_decay_mode = mode;
            learning::Trainer eager(models::Classifier(model, 1), options, 1);
            std::vector<test::Bits> after_step;
            (void)eager.train_epoch(reviews, [&](const records::Progress&) { after_step.push_back(bits_of(eager)); });

            const models::Classifier held(model, 1);
            learning::Trainer lazy(held, options, 1);
            std::int64_t behind = 0;
            (void)lazy.train_epoch(reviews, [&](const records::Progress& progress) {
                const auto& expected = after_step.at(static_cast<std::size_t>(progress.step - 1));
                if (bits_of(held).at("embedding.weight") != expected.at("embedding.weight")) ++behind;
                if (progress.step == 80) {
                    EXPECT_EQ(bits_of(lazy), expected);
                }
            });
            EXPECT_GT(behind, 50) << "rows did wait";
            EXPECT_EQ(bits_of(held).at("embedding.weight"), after_step.back().at("embedding.weight"))
                << "an epoch ends up to date";
            EXPECT_EQ(bits_of(lazy), after_step.back());
        }
    }
}

TEST(Trainer, KeepsTheShortLastBatchAndWeighsByRows) {
    const auto reviews = toy_reviews(10, 4);
    learning::TrainingOptions options;
    options.optimizer = learning::OptimizerKind::sgd;
    options.learning_rate = 1e-300;  // weights that stand still: the running mean is the mean over rows
    options.batch_size = 4;
    auto model = toy_model(Cell::lstm);
    model.dropout = 0;
    learning::Trainer trainer(models::Classifier(model, 1), options, 1);
    std::vector<std::int64_t> steps;
    const auto metrics = trainer.train_epoch(reviews, [&](const records::Progress& progress) {
        steps.push_back(progress.step);
        EXPECT_EQ(progress.steps, 3);
    });
    EXPECT_THAT(steps, testing::ElementsAre(1, 2, 3));
    const auto evaluated = trainer.evaluate(reviews);
    EXPECT_NEAR(metrics.loss, evaluated.loss, 1e-6);
    EXPECT_NEAR(metrics.accuracy, evaluated.accuracy, 1e-12);
}

TEST(Trainer, AddsTheL2PenaltyToLossAndGradient) {
    learning::TrainingOptions options;
    options.l2 = 0.1;
    auto model = toy_model(Cell::gru);
    model.dropout = 0;
    const auto ids = torch::randint(0, 20, {3, 5});
    const auto labels = torch::tensor({1, 0, 1});
    learning::Trainer with(models::Classifier(model, 1), options, 1);
    options.l2 = 0;
    learning::Trainer without(models::Classifier(model, 1), options, 1);
    const double difference = with.forward_backward(ids, labels).loss.item<double>() -
                              without.forward_backward(ids, labels).loss.item<double>();
    double squares = 0;
    const auto a = with.model()->variables(), b = without.model()->variables();
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].is_kernel) squares += a[i].value.square().sum().item<double>();
        const auto expected = a[i].is_kernel ? 2 * 0.1 * a[i].value : torch::zeros_like(a[i].value);
        EXPECT_LT((a[i].value.grad().to_dense() - b[i].value.grad().to_dense() - expected).abs().max().item<double>(),
                  1e-6)
            << a[i].name;
    }
    EXPECT_NEAR(difference, 0.1 * squares, 1e-5);
}

}  // namespace
}  // namespace cellwise::learning
