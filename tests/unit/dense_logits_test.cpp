#include "models/dense_logits.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"

namespace cellwise::models {
namespace {

struct DenseCase {
    torch::Tensor state, weight, bias, adjoint;
};

DenseCase random_case(std::int64_t batch, std::int64_t features, torch::Dtype type) {
    const auto values = [&](torch::IntArrayRef sizes) { return torch::randn(sizes, torch::dtype(type)); };
    return {values({batch, features}).requires_grad_(), values({1, features}).requires_grad_(),
            values({1}).requires_grad_(), values({batch})};
}

double difference(const torch::Tensor& a, const torch::Tensor& b) { return (a - b).abs().max().item<double>(); }

// torch::linear and its autograd are the independent truth.
TEST(DenseLogits, AreTorchsLinearWithItsGradients) {
    torch::manual_seed(4);
    for (const auto& [batch, features] : {std::pair{1, 1}, {1, 64}, {64, 64}, {3, 17}, {40, 200}}) {
        for (const auto type : {torch::kFloat64, torch::kFloat32}) {
            const double tolerance = type == torch::kFloat64 ? 1e-12 : 5e-5;
            auto own = random_case(batch, features, type);
            const auto logits = dense_logits(own.state, own.weight, own.bias);
            const auto expected = torch::linear(own.state, own.weight, own.bias).squeeze(1);
            ASSERT_EQ(logits.sizes(), expected.sizes());
            EXPECT_LE(difference(logits, expected), tolerance) << batch << " x " << features;
            const auto wanted = torch::autograd::grad({expected}, {own.state, own.weight, own.bias}, {own.adjoint});
            const auto found = torch::autograd::grad({logits}, {own.state, own.weight, own.bias}, {own.adjoint});
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                ASSERT_EQ(found[i].sizes(), wanted[i].sizes());
                EXPECT_LE(difference(found[i], wanted[i]), tolerance) << batch << " x " << features << ", " << i;
            }
        }
    }
}

TEST(DenseLogits, TakeStatesThatAreNotContiguous) {
    torch::manual_seed(5);
    const auto states = torch::randn({6, 5}, torch::kFloat64).t();
    const auto weight = torch::randn({1, 6}, torch::kFloat64);
    const auto bias = torch::randn({1}, torch::kFloat64);
    EXPECT_LE(difference(dense_logits(states, weight, bias), torch::linear(states, weight, bias).squeeze(1)), 1e-12);
}

TEST(DenseLogits, PassNaNOn) {
    auto state = torch::zeros({2, 3});
    state[1][2] = std::numeric_limits<float>::quiet_NaN();
    const auto logits = dense_logits(state, torch::ones({1, 3}), torch::zeros({1}));
    EXPECT_EQ(logits[0].item<float>(), 0);
    EXPECT_TRUE(std::isnan(logits[1].item<float>()));
}

TEST(DenseLogits, RefuseWhatTheyCannotCompute) {
    EXPECT_THROW((void)dense_logits(torch::zeros({2, 3}), torch::zeros({1, 4}), torch::zeros({1})), InternalError);
    EXPECT_THROW((void)dense_logits(torch::zeros({2, 3}), torch::zeros({2, 3}), torch::zeros({2})), InternalError);
    EXPECT_THROW((void)dense_logits(torch::zeros({2, 3}), torch::zeros({1, 3}, torch::kFloat64), torch::zeros({1})),
                 InternalError);
}

TEST(DenseLogits, SayThatTheirGradientHasNone) {
    auto own = random_case(2, 3, torch::kFloat64);
    const auto logits = dense_logits(own.state, own.weight, own.bias);
    EXPECT_THROW(torch::autograd::grad({logits.sum()}, {own.state}, {}, true, true), InternalError);
}

}  // namespace
}  // namespace cellwise::models
