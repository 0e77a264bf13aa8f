#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include "bits_of.h"
#include "core/error.h"
#include "core/random.h"
#include "data/reviews/validation_split.h"
#include "learning/early_stopping.h"
#include "learning/fit.h"
#include "learning/schedule.h"

namespace cellwise::learning {
namespace {

using test::bits_of;
using testing::ElementsAre;
using testing::HasSubstr;

records::EpochFigures epoch_with_loss(std::int64_t number, double loss) {
    records::EpochFigures epoch;
    epoch.epoch = number;
    epoch.validation.loss = loss;
    return epoch;
}

TEST(Schedule, StepIsTorchsStepLr) {
    learning::TrainingOptions options;
    options.learning_rate = 0.5;
    options.schedule = learning::ScheduleKind::step;
    options.schedule_epochs = 3;
    options.schedule_factor = 0.2;
    const learning::Schedule schedule(options);
    for (std::int64_t epoch = 1; epoch <= 10; ++epoch) {
        double expected = 0.5;  // as StepLR goes: times gamma after every third epoch
        for (std::int64_t done = 3; done < epoch; done += 3) expected *= 0.2;
        EXPECT_NEAR(schedule.rate(epoch, 0, 7), expected, 1e-15) << epoch;
        EXPECT_EQ(schedule.rate(epoch, 6, 7), schedule.rate(epoch, 0, 7)) << "constant within an epoch";
    }
}

TEST(Schedule, CosineIsKerasCosineDecay) {
    learning::TrainingOptions options;
    options.learning_rate = 0.01;
    options.epochs = 4;
    options.schedule = learning::ScheduleKind::cosine;
    options.schedule_minimum = 0.001;
    const learning::Schedule schedule(options);
    // keras.optimizers.schedules.CosineDecay(0.01, 20, alpha=0.1) of Keras 3.15, float32.
    const std::map<std::int64_t, double> keras{{0, 0.009999999776482582},
                                               {1, 0.009944597259163857},
                                               {7, 0.0075429570861160755},
                                               {10, 0.00549999950453639},
                                               {19, 0.0010554023319855332}};
    for (const auto& [step, rate] : keras) EXPECT_NEAR(schedule.rate(1 + step / 5, step % 5, 5), rate, 1e-8) << step;
}

TEST(Schedule, PlateauIsKerasReduceLrOnPlateau) {
    learning::TrainingOptions options;
    options.optimizer = learning::OptimizerKind::sgd;
    options.learning_rate = 0.5;
    options.schedule = learning::ScheduleKind::plateau;
    options.schedule_factor = 0.3;
    options.schedule_patience = 2;
    options.schedule_minimum = 0.02;
    learning::Schedule schedule(options);
    // What keras.callbacks.ReduceLROnPlateau of Keras 3.15 made of these losses. 0.59995 is no
    // improvement: it is within 1e-4 of the best.
    const std::vector<double> losses{0.7, 0.6, 0.59995, 0.61, 0.5, 0.55, 0.52, 0.51, 0.505, 0.4};
    const std::vector<double> rates{0.5, 0.5, 0.5, 0.15, 0.15, 0.15, 0.045, 0.045, 0.02, 0.02};
    for (std::size_t i = 0; i < losses.size(); ++i) {
        schedule.epoch_done(epoch_with_loss(static_cast<std::int64_t>(i) + 1, losses[i]));
        EXPECT_NEAR(schedule.rate(static_cast<std::int64_t>(i) + 2, 0, 5), rates[i], 1e-7) << "after epoch " << i + 1;
    }
}

data::PaddedReviews made_reviews(std::size_t rows, std::uint64_t seed) {
    data::PaddedReviews reviews;
    reviews.length = 5;
    Random random(seed, "reviews");
    for (std::size_t i = 0; i < rows * 5; ++i) reviews.ids.push_back(static_cast<std::int32_t>(random.below(30)));
    for (std::size_t i = 0; i < rows; ++i) reviews.labels.push_back(static_cast<std::uint8_t>(random.below(2)));
    return reviews;
}

models::ClassifierOptions small_model() {
    models::ClassifierOptions options;
    options.cell = Cell::gru;
    options.vocabulary_size = 30;
    options.embedding_size = 6;
    options.hidden_size = 6;
    options.batch_norm = true;
    return options;
}

TEST(EarlyStopping, EndsWhereKerasDoes) {
    // keras.callbacks.EarlyStopping of Keras 3.15 on these losses: patience → epochs trained, best epoch.
    const std::vector<double> losses{0.7, 0.6, 0.6, 0.65, 0.5, 0.6, 0.55, 0.52, 0.3};
    struct Expected {
        std::int64_t patience, epochs, best;
    };
    for (const auto& expected : {Expected{1, 3, 2}, Expected{2, 4, 2}, Expected{3, 8, 5}}) {
        for (const auto monitor : {learning::Monitor::validation_loss, learning::Monitor::validation_accuracy}) {
            learning::TrainingOptions options;
            options.early_stopping = expected.patience;
            options.monitor = monitor;
            learning::EarlyStopping stopping(options);
            const models::Classifier model(small_model());
            std::int64_t epochs = 0;
            while (!stopping.should_stop()) {
                auto epoch = epoch_with_loss(epochs + 1, losses[static_cast<std::size_t>(epochs)]);
                epoch.validation.accuracy = 1 - epoch.validation.loss;
                stopping.epoch_done(epoch, model);
                ++epochs;
            }
            EXPECT_EQ(epochs, expected.epochs);
            EXPECT_EQ(stopping.state().best_epoch, expected.best);
        }
    }
}

// Random labels: the validation loss soon rises, so that the best epoch is an early one.
TEST(EarlyStopping, RestoresTheBestEpochsWeights) {
    const auto train = made_reviews(60, 1), validation = made_reviews(60, 2);
    learning::TrainingOptions options;
    options.learning_rate = 0.02;
    options.epochs = 30;
    options.batch_size = 16;
    options.early_stopping = 3;
    learning::Trainer trainer(models::Classifier(small_model(), 1), options, 1);
    learning::Fit fit(trainer, options);
    ASSERT_TRUE(fit.run(train, validation, {}));
    const auto trained = static_cast<std::int64_t>(fit.epochs().size());
    ASSERT_LT(trained, 30);
    EXPECT_EQ(trained, fit.best_epoch() + 3);
    const auto again = trainer.evaluate(validation);
    EXPECT_EQ(again.loss, fit.epochs()[static_cast<std::size_t>(fit.best_epoch()) - 1].validation.loss);

    // The same training, simply ended after the best epoch.
    options.early_stopping = 0;
    options.epochs = fit.best_epoch();
    learning::Trainer shorter(models::Classifier(small_model(), 1), options, 1);
    (void)shorter.fit(train, validation, {}, {});
    EXPECT_EQ(bits_of(trainer.model()), bits_of(shorter.model()));
}

TEST(Divergence, IsToldBeforeItReachesTheWeights) {
    const auto train = made_reviews(60, 1), validation = made_reviews(20, 2);
    for (const auto engine : {models::Engine::fused, models::Engine::torch}) {
        learning::TrainingOptions options;
        options.batch_size = 16;
        auto model_options = small_model();
        model_options.engine = engine;
        learning::Trainer trainer(models::Classifier(model_options, 1), options, 1);
        const auto before = bits_of(trainer.model());
        {
            const torch::NoGradGuard no_grad;
            trainer.model()->dense->bias.fill_(std::numeric_limits<double>::quiet_NaN());
        }
        learning::Fit fit(trainer, options);
        try {
            fit.run(train, validation, {});
            ADD_FAILURE() << "trained on";
        } catch (const CheckFailed& error) {
            EXPECT_THAT(error.what(), HasSubstr("step 1 (epoch 1, batch 1 of 4)"));
            EXPECT_THAT(error.what(), HasSubstr("loss nan, gradient norm nan, learning rate 0.001"));
            EXPECT_THAT(error.what(), HasSubstr("(16 reviews)"));
        }
        const auto after = bits_of(trainer.model());
        EXPECT_EQ(after.at("embedding.weight"), before.at("embedding.weight"));
        EXPECT_EQ(after.at("dense.weight"), before.at("dense.weight"));
    }
}

TEST(ValidationSplit, TakesTheLastRowsAsKerasDoes) {
    data::PaddedReviews train;
    train.length = 2;
    for (std::int32_t i = 0; i < 10; ++i) {
        train.ids.insert(train.ids.end(), {i, 100 + i});
        train.labels.push_back(static_cast<std::uint8_t>(i % 2));
    }
    const auto all = train;
    const auto validation = data::take_validation(train, 0.25);  // floor(10 · 0.75) = 7 stay
    EXPECT_EQ(train.size(), 7U);
    EXPECT_THAT(validation.ids, ElementsAre(7, 107, 8, 108, 9, 109));
    EXPECT_THAT(validation.labels, ElementsAre(1, 0, 1));
    EXPECT_EQ(train.ids.size(), 14U);
    EXPECT_EQ(train.row(6)[1], 106);
    auto few = all;
    EXPECT_THROW((void)data::take_validation(few, 0.999), UsageError);
    EXPECT_THROW((void)data::take_validation(few, 1e-18), UsageError);
}

TEST(TrainingOptions, RefusesScheduleValuesOutOfRange) {
    const auto refused = [](auto change) {
        learning::TrainingOptions options;
        change(options);
        EXPECT_THROW(options.validate(), UsageError);
    };
    refused([](auto& options) { options.schedule_factor = 0; });
    refused([](auto& options) { options.schedule_factor = 1.5; });
    refused([](auto& options) { options.schedule_minimum = 0.1; });  // above the rate itself
    refused([](auto& options) { options.schedule_epochs = 0; });
    refused([](auto& options) { options.early_stopping = -1; });
    EXPECT_THROW((void)parse_schedule("linear"), UsageError);
    EXPECT_THROW((void)parse_monitor("loss"), UsageError);
    for (const auto kind : {learning::ScheduleKind::constant, learning::ScheduleKind::step,
                            learning::ScheduleKind::cosine, learning::ScheduleKind::plateau}) {
        EXPECT_EQ(parse_schedule(schedule_name(kind)), kind);
    }
}

}  // namespace
}  // namespace cellwise::learning
