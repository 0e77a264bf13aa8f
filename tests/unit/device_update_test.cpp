#include "learning/device_update.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

#include "learning/optimizer.h"

// Updates that never wait for their device, against the optimizer's rules on the host.
namespace cellwise::learning {
namespace {

std::vector<std::pair<std::string, learning::TrainingOptions>> every_rule() {
    std::vector<std::pair<std::string, learning::TrainingOptions>> rules{{"adam", {}}};
    const auto add = [&](const std::string& name) -> learning::TrainingOptions& {
        rules.emplace_back(name, learning::TrainingOptions());
        return rules.back().second;
    };
    add("adam, clipped by variable").clip_norm = 0.7;
    add("adam, clipped by all").global_clip_norm = 0.9;
    add("adam, coupled decay").weight_decay = 0.05;
    auto& decoupled = add("adam, decoupled decay");
    decoupled.weight_decay = 0.05;
    decoupled.weight_decay_mode = learning::WeightDecayMode::decoupled;
    add("sgd").optimizer = learning::OptimizerKind::sgd;
    auto& momentum = add("sgd with momentum, clipped, decoupled decay");
    momentum.optimizer = learning::OptimizerKind::sgd;
    momentum.momentum = 0.9;
    momentum.clip_norm = 0.7;
    momentum.weight_decay = 0.05;
    momentum.weight_decay_mode = learning::WeightDecayMode::decoupled;
    return rules;
}

// Two variables of one clip group and one of another.
const std::vector<std::string> groups{"a", "b", "b"};

std::vector<torch::Tensor> values() {
    torch::manual_seed(3);
    return {torch::randn({5, 4}, torch::kFloat64), torch::randn({6}, torch::kFloat64),
            torch::randn({2, 3}, torch::kFloat64)};
}

std::vector<torch::Tensor> gradients_of(int step) {
    torch::manual_seed(100 + step);
    return {torch::randn({5, 4}, torch::kFloat64), 0.01 * torch::randn({6}, torch::kFloat64),
            torch::randn({2, 3}, torch::kFloat64)};
}

// The optimizer on the host with a rate that changes before every step.
struct HostSide {
    explicit HostSide(const learning::TrainingOptions& options) : optimizer(variables_of(weights), options) {}

    static std::vector<models::Variable> variables_of(std::vector<torch::Tensor>& weights) {
        weights = values();
        std::vector<models::Variable> variables;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            variables.push_back({std::to_string(i), weights[i].set_requires_grad(true), groups[i], false});
        }
        return variables;
    }
    void step(const std::vector<torch::Tensor>& gradients, double rate) {
        for (std::size_t i = 0; i < weights.size(); ++i) weights[i].mutable_grad() = gradients[i].clone();
        optimizer.set_learning_rate(rate);
        optimizer.step();
    }

    std::vector<torch::Tensor> weights;
    learning::Optimizer optimizer;
};

TEST(DeviceUpdate, IsTheOptimizersRule) {
    for (const auto& [name, options] : every_rule()) {
        HostSide host(options);
        learning::UpdateTensors device{values(), {}, {}, {}};
        for (const auto& value : device.values) {
            if (options.optimizer == learning::OptimizerKind::adam) device.second.push_back(torch::zeros_like(value));
            if (options.optimizer == learning::OptimizerKind::adam || options.momentum > 0) {
                device.first.push_back(torch::zeros_like(value));
            }
        }
        learning::DeviceUpdate update(options, groups, torch::kCPU);
        for (int step = 0; step < 20; ++step) {
            const double rate = 0.02 / (1 + step);
            host.step(gradients_of(step), rate);
            device.gradients = gradients_of(step);
            update.set_learning_rate(rate);
            update.step(device);
            for (std::size_t i = 0; i < groups.size(); ++i) {
                EXPECT_LT((device.values[i] - host.weights[i]).abs().max().item<double>(), 1e-13)
                    << name << ", step " << step << ", variable " << i;
            }
        }
    }
}

TEST(DeviceUpdate, GoesOnFromAStep) {
    // Adam's first corrected rate is lr·√0.001/0.1; after ten steps it is another.
    learning::UpdateTensors tensors{{torch::zeros({1}, torch::kFloat64)},
                                    {torch::ones({1}, torch::kFloat64)},
                                    {torch::zeros({1}, torch::kFloat64)},
                                    {torch::zeros({1}, torch::kFloat64)}};
    learning::DeviceUpdate update({}, {"w"}, torch::kCPU);
    update.set_steps(10);
    update.step(tensors);
    const double rate = 0.001 * std::sqrt(1 - std::pow(0.999, 11)) / (1 - std::pow(0.9, 11));
    EXPECT_NEAR(tensors.values[0].item<double>(), -rate * 0.1 / (std::sqrt(0.001) + 1e-7), 1e-15);
}

TEST(DeviceUpdate, KeepsNotANumberInClipping) {
    learning::TrainingOptions options;
    options.global_clip_norm = 1;
    learning::UpdateTensors tensors{{torch::zeros({1}, torch::kFloat64)},
                                    {torch::full({1}, std::nan(""), torch::kFloat64)},
                                    {torch::zeros({1}, torch::kFloat64)},
                                    {torch::zeros({1}, torch::kFloat64)}};
    learning::DeviceUpdate(options, {"w"}, torch::kCPU).step(tensors);
    EXPECT_TRUE(std::isnan(tensors.values[0].item<double>())) << "a step that diverged must not look healthy";
}

TEST(DeviceUpdate, NeedsNothingFromItsDevice) {
    // Tensors of the meta device have no values: reading one throws.
    for (const auto& [name, options] : every_rule()) {
        learning::UpdateTensors tensors;
        for (const auto& value : values()) {
            const auto meta = value.to(torch::kMeta);
            tensors.values.push_back(meta);
            tensors.gradients.push_back(torch::empty_like(meta));
            if (options.optimizer == learning::OptimizerKind::adam) tensors.second.push_back(torch::empty_like(meta));
            if (options.optimizer == learning::OptimizerKind::adam || options.momentum > 0) {
                tensors.first.push_back(torch::empty_like(meta));
            }
        }
        learning::DeviceUpdate update(options, groups, torch::kMeta);
        EXPECT_NO_THROW(update.set_learning_rate(0.1)) << name;
        EXPECT_NO_THROW(update.step(tensors)) << name;
        EXPECT_ANY_THROW((void)tensors.values[0].sum().item<double>()) << "the test would see it";
    }
}

}  // namespace
}  // namespace cellwise::learning
