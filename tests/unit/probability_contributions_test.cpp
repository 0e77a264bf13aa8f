#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "verbs/probability_contributions.h"

namespace cellwise {
namespace {

using customers::Contributions;
using verbs::prediction_parts;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

std::vector<double> drawn(std::size_t count) {
    std::vector<double> numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(*rc::gen::inRange(-4000, 4000) / 1000.0);
    return numbers;
}

double whole(const verbs::PredictionParts& parts) {
    return std::accumulate(parts.parts.begin(), parts.parts.end(), parts.base);
}

TEST(PredictionParts, OfProbabilitiesAndNumbersAreTakenAsTheyAre) {
    const Contributions contributions{2, 1, 2, {0.1, -0.2, 0.5, 1, 2, 3}};
    const auto parts = prediction_parts(contributions, 1, 0, "value");
    EXPECT_EQ(parts.base, 3);
    EXPECT_EQ(parts.parts, (std::vector<double>{1, 2}));
}

RC_GTEST_PROP(PredictionParts, OfTwoClassesAddUpToTheProbability, ()) {
    const auto values = drawn(5);
    const auto parts = prediction_parts({1, 1, 4, values}, 0, 0, "log-odds");
    RC_ASSERT(std::abs(parts.base - sigmoid(values.back())) < 1e-15);
    RC_ASSERT(std::abs(whole(parts) - sigmoid(std::accumulate(values.begin(), values.end(), 0.0))) < 1e-12);
    for (std::size_t j = 0; j < 4; ++j) RC_ASSERT(std::signbit(parts.parts[j]) == std::signbit(values[j]));
}

TEST(PredictionParts, OfARowLikeTheBaseAreItsSlope) {
    const auto parts = prediction_parts({1, 1, 2, {0.5, -0.5, 1.0}}, 0, 0, "log-odds");
    EXPECT_NEAR(parts.parts[0], 0.5 * sigmoid(1) * (1 - sigmoid(1)), 1e-15);
    EXPECT_NEAR(whole(parts), sigmoid(1), 1e-15);
}

// Two outputs, of which one stays at 0, are a logistic function of the other.
RC_GTEST_PROP(PredictionParts, OfASoftmaxOverTwoAreThoseOfTheLogistic, ()) {
    auto margins = drawn(4);
    const auto logistic = prediction_parts({1, 1, 3, margins}, 0, 0, "log-odds");
    margins.insert(margins.begin(), 4, 0.0);
    const auto softmax = prediction_parts({1, 2, 3, margins}, 0, 1, "log-odds");
    RC_ASSERT(std::abs(softmax.base - logistic.base) < 1e-12);
    for (std::size_t j = 0; j < 3; ++j) RC_ASSERT(std::abs(softmax.parts[j] - logistic.parts[j]) < 1e-10);
}

RC_GTEST_PROP(PredictionParts, OfManyClassesAddUpToEachProbability, ()) {
    const auto values = drawn(4 * 6);
    const Contributions contributions{1, 4, 5, values};
    std::vector<double> powers;
    for (std::size_t c = 0; c < 4; ++c) {
        const auto of_class = contributions.of(0, c);
        powers.push_back(std::exp(std::accumulate(of_class.begin(), of_class.end(), 0.0)));
    }
    const double sum = std::accumulate(powers.begin(), powers.end(), 0.0);
    for (std::size_t c = 0; c < 4; ++c) {
        RC_ASSERT(std::abs(whole(prediction_parts(contributions, 0, c, "log-odds")) - powers[c] / sum) < 1e-9);
    }
}

}  // namespace
}  // namespace cellwise
