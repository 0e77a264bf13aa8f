#include "training/resident_epoch.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <string>
#include <vector>

#include "core/random.h"
#include "training/batches.h"
#include "training/device_update.h"
#include "training/trainer.h"
#include "unit/classifier_kinds.h"

// Steps on a device that is never waited for. The meta device stands for one: whoever reads a value from it
// gets an exception.
namespace cellwise::training {
namespace {

data::PaddedReviews random_reviews(std::size_t count, std::size_t length) {
    Random random(5, "reviews");
    data::PaddedReviews reviews;
    reviews.length = length;
    for (std::size_t i = 0; i < count * length; ++i) {
        reviews.ids.push_back(static_cast<std::int32_t>(random.below(20)));
    }
    for (std::size_t i = 0; i < count; ++i) reviews.labels.push_back(static_cast<std::uint8_t>(random.below(2)));
    return reviews;
}

TrainingOptions clipped_options() {
    TrainingOptions options;
    options.batch_size = 8;
    options.clip_norm = 0.5;
    options.l2 = 1e-3;
    options.precision = Precision::float64;
    return options;
}

TEST(ResidentEpoch, TrainsAsTheHostDoes) {
    const auto reviews = random_reviews(29, 7);  // the last batch has five
    const auto options = clipped_options();
    for (const auto& [name, model] : test::every_classifier_kind()) {
        Trainer host(models::Classifier(model, 4), options, 4);
        const auto expected = host.train_epoch(reviews, {});

        Trainer device(models::Classifier(model, 4), options, 4);
        UpdateTensors tensors;
        std::vector<std::string> groups;
        for (const auto& variable : device.model()->variables()) {
            tensors.values.push_back(variable.value);
            tensors.first.push_back(torch::zeros_like(variable.value));
            tensors.second.push_back(torch::zeros_like(variable.value));
            groups.push_back(variable.keras_name);
        }
        DeviceUpdate update(options, groups, torch::kCPU);
        ResidentEpoch epoch(torch::kCPU);
        Random order(4, "order");
        epoch.begin(reviews, shuffled_rows(reviews, order), {});
        for (std::int64_t first = 0; first < 29; first += 8) {
            epoch.step(first, std::min<std::int64_t>(8, 29 - first), [&](const auto& ids, const auto& labels) {
                auto result = device.forward_backward(ids, labels);
                tensors.gradients.clear();
                for (const auto& value : tensors.values) tensors.gradients.push_back(value.grad());
                update.step(tensors);
                return result;
            });
        }
        EXPECT_NEAR(epoch.sums().loss / 29, expected.loss, 1e-12) << name;
        EXPECT_NEAR(epoch.sums().right / 29, expected.accuracy, 1e-12) << name;
        const auto variables = host.model()->variables();
        for (std::size_t i = 0; i < variables.size(); ++i) {
            EXPECT_LT((tensors.values[i] - variables[i].value).abs().max().item<double>(), 1e-11)
                << name << ", " << variables[i].name;
        }
    }
}

TEST(ResidentEpoch, GoesOnWithWhatWasAddedUpBefore) {
    const auto reviews = random_reviews(4, 3);
    ResidentEpoch epoch(torch::kCPU);
    epoch.begin(reviews, torch::arange(4), {10, 3});
    epoch.step(0, 2, [](const auto&, const auto& labels) {
        return StepResult{torch::tensor(0.25), labels.to(torch::kFloat32) - 0.5};  // all right
    });
    EXPECT_DOUBLE_EQ(epoch.sums().loss, 10.5);
    EXPECT_DOUBLE_EQ(epoch.sums().right, 5);
}

TEST(ResidentEpoch, GathersTheRowsOfItsOrderAndNoticesOtherReviews) {
    auto reviews = random_reviews(6, 3);
    ResidentEpoch epoch(torch::kCPU);
    const auto order = torch::tensor({5, 0, 3, 1, 4, 2}, torch::kInt64);
    const auto see = [&](const data::PaddedReviews& expected) {
        epoch.step(1, 3, [&](const auto& ids, const auto& labels) {
            EXPECT_TRUE(ids.equal(view_of_ids(expected).index_select(0, order.narrow(0, 1, 3))));
            EXPECT_TRUE(labels.equal(view_of_labels(expected).index_select(0, order.narrow(0, 1, 3))));
            return StepResult{torch::tensor(0.0), torch::zeros({3})};
        });
    };
    epoch.begin(reviews, order, {});
    see(reviews);
    const auto others = random_reviews(6, 4);
    epoch.begin(others, order, {});
    see(others);
}

TEST(Trainer, ReadsNothingFromItsDeviceBetweenSteps) {
    const auto reviews = random_reviews(29, 7);
    for (auto [name, model] : test::every_classifier_kind()) {
        auto options = clipped_options();
        options.precision = Precision::float32;
        Trainer trainer(models::Classifier(model, 4), options, 4, torch::kMeta);
        ASSERT_TRUE(trainer.has_own_device());
        EpochHooks hooks;
        std::int64_t done = 0;
        hooks.go_on = [&](const Progress& progress) {
            EXPECT_FALSE(progress.running) << "nobody knows the loss yet";
            done = progress.step;
            return progress.step < 3;  // the fourth is the last one, after which the sums are read
        };
        EXPECT_NO_THROW(trainer.continue_epoch(reviews, hooks)) << name;
        EXPECT_EQ(done, 3) << name;
        EXPECT_EQ(trainer.optimizer().steps(), 3) << name;
        EXPECT_ANY_THROW((void)trainer.running()) << "the test would see it";
    }
}

}  // namespace
}  // namespace cellwise::training
