#include "learning/resident_epoch.h"

#include <ATen/record_function.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "data/reviews/dataset.h"
#include "learning/batches.h"
#include "learning/device_update.h"
#include "learning/examples.h"
#include "learning/trainer.h"
#include "unit/classifier_kinds.h"
#include "unit/random_reviews.h"

// Steps on a device that is never waited for. What they compute, and that they do not wait, shows on the CPU too.
namespace cellwise::learning {
namespace {

using test::random_reviews;

learning::TrainingOptions clipped_options() {
    learning::TrainingOptions options;
    options.batch_size = 8;
    options.clip_norm = 0.5;
    options.l2 = 1e-3;
    options.precision = learning::Precision::float64;
    return options;
}

// The device's half of learning::Trainer, on the CPU.
struct DeviceSide {
    DeviceSide(const models::ClassifierOptions& model, const learning::TrainingOptions& options)
        : trainer(models::Classifier(model, 4), options, 4), update(options, groups(), torch::kCPU) {
        for (const auto& variable : trainer.model()->variables()) {
            tensors.values.push_back(variable.value);
            tensors.first.push_back(torch::zeros_like(variable.value));
            tensors.second.push_back(torch::zeros_like(variable.value));
        }
    }
    std::vector<std::string> groups() {
        std::vector<std::string> names;
        for (const auto& variable : trainer.model()->variables()) names.push_back(variable.keras_name);
        return names;
    }
    void train_epoch(const data::PaddedReviews& reviews, std::int64_t batch_size) {
        const auto count = static_cast<std::int64_t>(reviews.size());
        Random order(4, "order");
        epoch.begin(reviews, shuffled_rows(reviews, order), {});
        for (std::int64_t first = 0; first < count; first += batch_size) {
            epoch.step(first, std::min(batch_size, count - first), [&](const auto& ids, const auto& labels) {
                auto result = trainer.forward_backward(ids, labels);
                tensors.gradients.clear();
                for (const auto& value : tensors.values) tensors.gradients.push_back(value.grad());
                update.step(tensors);
                return result;
            });
        }
    }

    learning::Trainer trainer;
    learning::UpdateTensors tensors;
    learning::DeviceUpdate update;
    learning::ResidentEpoch epoch{torch::kCPU};
};

TEST(ResidentEpoch, TrainsAsTheHostDoes) {
    const auto reviews = random_reviews(29, 7);  // the last batch has five
    const auto options = clipped_options();
    for (const auto& [name, model] : test::every_classifier_kind()) {
        learning::Trainer host(models::Classifier(model, 4), options, 4);
        const auto expected = host.train_epoch(reviews, {});
        DeviceSide device(model, options);
        device.train_epoch(reviews, options.batch_size);
        EXPECT_NEAR(device.epoch.sums().loss / 29, expected.loss, 1e-12) << name;
        EXPECT_NEAR(device.epoch.sums().right / 29, expected.accuracy, 1e-12) << name;
        const auto variables = host.model()->variables();
        for (std::size_t i = 0; i < variables.size(); ++i) {
            EXPECT_LT((device.tensors.values[i] - variables[i].value).abs().max().item<double>(), 1e-11)
                << name << ", " << variables[i].name;
        }
    }
}

// The operations of this thread while it lives that make the host wait for a device: they bring a value back, or
// the shape of their result depends on one.
class WaitingOperations {
public:
    WaitingOperations() {
        seen().clear();
        handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(see).scopes({at::RecordScope::FUNCTION}));
    }
    ~WaitingOperations() { at::removeCallback(handle_); }
    WaitingOperations(const WaitingOperations&) = delete;
    WaitingOperations& operator=(const WaitingOperations&) = delete;

    static std::vector<std::string>& seen() {
        thread_local std::vector<std::string> names;
        return names;
    }

private:
    static std::unique_ptr<at::ObserverContext> see(const at::RecordFunction& function) {
        const std::string name = function.name();
        for (const char* waits : {"aten::_local_scalar_dense", "aten::item", "aten::is_nonzero", "aten::nonzero",
                                  "aten::equal", "aten::masked_select", "aten::_unique2", "aten::unique_dim"}) {
            if (name == waits) seen().push_back(name);
        }
        return nullptr;
    }
    at::CallbackHandle handle_;
};

TEST(ResidentEpoch, AStepWaitsForNothing) {
    const auto reviews = random_reviews(29, 7);
    const auto options = clipped_options();
    for (const auto& [name, model] : test::every_classifier_kind()) {
        if (model.dropout > 0) continue;  // draws on the host, and is not recorded
        DeviceSide device(model, options);
        const WaitingOperations waiting;
        device.train_epoch(reviews, options.batch_size);
        EXPECT_THAT(WaitingOperations::seen(), testing::IsEmpty()) << name;
        (void)device.tensors.values[0].sum().item<double>();
        EXPECT_THAT(WaitingOperations::seen(), testing::Not(testing::IsEmpty())) << "the test would see it";
    }
}

TEST(ResidentEpoch, GoesOnWithWhatWasAddedUpBefore) {
    const auto reviews = random_reviews(4, 3);
    learning::ResidentEpoch epoch(torch::kCPU);
    epoch.begin(reviews, torch::arange(4), {10, 3});
    epoch.step(0, 2, [](const auto&, const auto& labels) {
        return learning::StepResult{torch::tensor(0.25), labels.to(torch::kFloat32) - 0.5};  // all right
    });
    EXPECT_DOUBLE_EQ(epoch.sums().loss, 10.5);
    EXPECT_DOUBLE_EQ(epoch.sums().right, 5);
}

TEST(ResidentEpoch, GathersTheRowsOfItsOrderAndNoticesOtherReviews) {
    auto reviews = random_reviews(6, 3);
    learning::ResidentEpoch epoch(torch::kCPU);
    const auto order = torch::tensor({5, 0, 3, 1, 4, 2}, torch::kInt64);
    const auto see = [&](const data::PaddedReviews& expected) {
        epoch.step(1, 3, [&](const auto& ids, const auto& labels) {
            EXPECT_TRUE(ids.equal(learning::Examples(expected).inputs.index_select(0, order.narrow(0, 1, 3))));
            EXPECT_TRUE(labels.equal(learning::Examples(expected).labels.index_select(0, order.narrow(0, 1, 3))));
            return learning::StepResult{torch::tensor(0.0), torch::zeros({3})};
        });
    };
    epoch.begin(reviews, order, {});
    see(reviews);
    const auto others = random_reviews(6, 4);
    epoch.begin(others, order, {});
    see(others);
}

}  // namespace
}  // namespace cellwise::learning
