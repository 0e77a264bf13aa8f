#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "lab/normalisation.h"
#include "lab/weight_decay.h"

namespace cellwise::lab {
namespace {

using Vector = std::vector<double>;
using testing::DoubleNear;
using testing::Pointwise;

void expect_near(const Vector& values, const Vector& expected, double tolerance = 1e-15) {
    EXPECT_THAT(values, Pointwise(DoubleNear(tolerance), expected));
}

// Expected values: mpmath 1.3 at 50 digits, from the formulas in normalisation.h.
const Vector values{0.5, -1.5, 2.0, 0.25, -1.0, 3.0, 0.25, 1.0};  // [4, 2, 1]
const BatchShape shape{4, 2, 1};

BatchNormLayer<double> layer() { return {{1.5, -0.5}, {0.1, 0.2}, {{0, 0}, {1, 1}}}; }

TEST(Normalisation, MatchesFiftyDigitArithmetic) {
    const auto statistics = channel_statistics<double>(values, shape);
    EXPECT_EQ(statistics.mean, (Vector{0.4375, 0.6875}));
    EXPECT_EQ(statistics.variance, (Vector{1.13671875, 2.60546875}));
    const auto centred = normalised<double>(values, shape, statistics, 1e-5);
    expect_near(centred, {0.058620780325766968, -1.3552028114725829, 1.4655195081441742, -0.27104056229451659,
                          -1.3482779474926403, 1.4326429721281591, -0.1758623409773009, 0.19360040163894042});
    expect_near(scaled_and_rectified<double>(centred, shape, layer()),
                {0.18793117048865045, 0.87760140573629146, 2.2982792622162613, 0.33552028114725829, 0, 0, 0,
                 0.10319979918052979});
}

TEST(Normalisation, RunningStatisticsTakeTheUnbiasedVariance) {
    auto moving = layer();
    update_running_statistics(moving, channel_statistics<double>(values, shape), shape);
    expect_near(moving.running.mean, {0.04375, 0.06875});
    expect_near(moving.running.variance, {1.0515625, 1.2473958333333333});
    const BatchShape single{1, 2, 1};
    EXPECT_THROW(update_running_statistics(moving, {{0, 0}, {0, 0}}, single), InternalError);
}

TEST(Normalisation, PositionsOfAnImageJoinTheBatch) {
    // [2, 2, 2]: the same values a channel as above, in another place.
    const Vector image{0.5, 2.0, -1.5, 0.25, -1.0, 0.25, 3.0, 1.0};
    const auto statistics = channel_statistics<double>(image, BatchShape{2, 2, 2});
    EXPECT_EQ(statistics.mean, (Vector{0.4375, 0.6875}));
    EXPECT_EQ(statistics.variance, (Vector{1.13671875, 2.60546875}));
}

TEST(Normalisation, BoundsHoldForFloat32AgainstFloat64) {
    Random random(2, "test");
    for (const double offset : {0.0, 10.0, 1000.0}) {
        const BatchShape larger{16, 3, 4};
        std::vector<float> x(larger.size());
        for (float& value : x) value = static_cast<float>(offset + random.normal());
        const BatchNormLayer<float> single{{1.5F, 1, -2}, {0.5F, 9, 4}, {}};
        const BatchNormLayer<double> precise{{1.5, 1, -2}, {0.5, 9, 4}, {}};
        const auto in_float32 = channel_statistics<float>(x, larger);
        const auto in_float64 = channel_statistics<double>(convert<double>(x), larger);
        const auto bounds = statistics_difference_bounds<float>(x, larger, in_float32);
        for (std::size_t channel = 0; channel < 3; ++channel) {
            EXPECT_LE(std::abs(static_cast<double>(in_float32.mean[channel]) - in_float64.mean[channel]),
                      bounds.mean[channel]);
            EXPECT_LE(std::abs(static_cast<double>(in_float32.variance[channel]) - in_float64.variance[channel]),
                      bounds.variance[channel]);
        }
        const auto ours = scaled_and_rectified<float>(normalised<float>(x, larger, in_float32, 1e-5), larger, single);
        const auto exact = scaled_and_rectified<double>(
            normalised<double>(convert<double>(x), larger, in_float64, 1e-5), larger, precise);
        const auto output_bounds = output_difference_bounds<float>(x, larger, in_float32, bounds, single);
        for (std::size_t i = 0; i < ours.size(); ++i) {
            EXPECT_LE(std::abs(static_cast<double>(ours[i]) - exact[i]), output_bounds[i]);
        }
    }
}

struct Problem {
    LinearModel<double> model{{0.5, -1}, 0.25};
    Matrix<double> inputs{2, 2};
    Vector targets{1, -1};
    Problem() { inputs.values = {1, 2, -3, 0.5}; }
};

TEST(WeightDecay, MatchesTheStepComputedByHand) {
    // Errors −2.25 and −0.75, so the gradient is (0, −4.875) and −3 for the bias.
    const Problem problem;
    const auto gradient = mean_squared_error_gradient<double>(problem.model, problem.inputs, problem.targets);
    EXPECT_EQ(gradient.all(), (Vector{0, -4.875, -3}));
    expect_near(sgd_step(problem.model, gradient, 0.1, 0.01).all(), {0.4995, -0.5115, 0.54975});
}

TEST(WeightDecay, GradientMatchesFiniteDifferences) {
    const Problem problem;
    const auto gradient = mean_squared_error_gradient<double>(problem.model, problem.inputs, problem.targets).all();
    const auto loss_at = [&](std::size_t moved, double step) {
        auto model = problem.model;
        (moved < 2 ? model.weight[moved] : model.bias) += step;
        double loss = 0;
        for (std::size_t i = 0; i < 2; ++i) {
            const double error = model.weight[0] * problem.inputs.at(i, 0) + model.weight[1] * problem.inputs.at(i, 1) +
                                 model.bias - problem.targets[i];
            loss += error * error / 2;
        }
        return loss;
    };
    for (std::size_t j = 0; j < 3; ++j) {
        EXPECT_NEAR((loss_at(j, 1e-6) - loss_at(j, -1e-6)) / 2e-6, gradient[j], 1e-8);
    }
}

TEST(WeightDecay, ShrinksByTheSameShareWhereTheGradientIsZero) {
    const LinearModel<double> model{{2, -4}, 1}, no_gradient{{0, 0}, 0};
    expect_near(sgd_step(model, no_gradient, 0.5, 0.1).all(), {1.9, -3.8, 0.95});
}

}  // namespace
}  // namespace cellwise::lab
