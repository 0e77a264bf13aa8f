#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/random.h"
#include "linear/linear_model.h"

namespace cellwise::linear {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

struct Sample {
    std::vector<double> features, targets, weights;
    std::size_t rows = 0, columns = 0;

    [[nodiscard]] MatrixView view() const { return {features, rows, columns}; }
    [[nodiscard]] TrainingData data(std::size_t classes) const { return {view(), {}, targets, weights, classes}; }
};

Sample sample_of(std::size_t rows, std::size_t columns, std::size_t classes) {
    Random random(1, "linear test");
    Sample sample{{}, {}, {}, rows, columns};
    for (std::size_t row = 0; row < rows; ++row) {
        double score = random.normal();
        for (std::size_t j = 0; j < columns; ++j) {
            sample.features.push_back(random.normal());
            if (j < 4) score += sample.features.back();
        }
        sample.targets.push_back(classes == 0 ? score
                                              : std::clamp(std::floor(score + static_cast<double>(classes) / 2), 0.0,
                                                           static_cast<double>(classes) - 1));
        sample.weights.push_back(random.uniform(0.5, 2));
    }
    return sample;
}

double objective(const LinearModel& model, const Sample& sample, double c) {
    double value = 0;
    for (const double weight : model.weights) value += 0.5 * weight * weight;
    const auto probabilities = model.predict(sample.view());
    for (std::size_t row = 0; row < sample.rows; ++row) {
        const auto target = static_cast<std::size_t>(sample.targets[row]);
        const double p = model.outputs == 1 ? (target == 1 ? probabilities[row] : 1 - probabilities[row])
                                            : probabilities[row * model.outputs + target];
        value -= c * sample.weights[row] * std::log(p);
    }
    return value;
}

/// No small change of a weight or an intercept makes the objective smaller.
void expect_minimum(const LinearModel& model, const Sample& sample, double c) {
    const double least = objective(model, sample, c);
    for (std::size_t i = 0; i < model.weights.size(); ++i) {
        for (const double change : {-1e-3, 1e-3}) {
            auto other = model;
            other.weights[i] += change;
            EXPECT_GT(objective(other, sample, c), least) << i;
        }
    }
    for (std::size_t i = 0; model.outputs == 1 && i < model.intercepts.size(); ++i) {
        auto other = model;
        other.intercepts[i] += 1e-3;
        EXPECT_GT(objective(other, sample, c), least);
    }
}

TEST(LogisticRegression, IsTheMinimum) {
    const auto two = sample_of(60, 4, 2), three = sample_of(60, 4, 3);
    expect_minimum(train_logistic_regression(two.data(2), 0.7), two, 0.7);
    expect_minimum(train_logistic_regression(three.data(3), 2), three, 2);
}

TEST(LogisticRegression, OfManyColumnsIsTheMinimumToo) {
    const auto sample = sample_of(80, 650, 2);  // beyond Newton's matrix
    const auto model = train_logistic_regression(sample.data(2));
    auto other = model;
    const double least = objective(model, sample, 1);
    Random random(2, "linear test");
    for (int i = 0; i < 100; ++i) {
        const auto place = static_cast<std::size_t>(random.below(650));
        for (const double change : {-1e-4, 1e-4}) {
            other.weights[place] = model.weights[place] + change;
            EXPECT_GT(objective(other, sample, 1), least);
        }
        other.weights[place] = model.weights[place];
    }
}

TEST(LogisticRegression, SurvivesClassesThatASingleFeatureParts) {
    const std::vector<double> features{1, 2, 3, 4}, targets{0, 0, 1, 1};
    const auto model = train_logistic_regression({{features, 4, 1}, {}, targets, {}, 2}, 1e6);
    const auto answers = model.predict({features, 4, 1});
    EXPECT_LT(answers[1], 0.01);
    EXPECT_GT(answers[2], 0.99);
}

TEST(Ridge, SolvesItsNormalEquationsByHand) {
    // x = −1, 0, 1 and y = 1, 2, 6: slope Σxy/(Σx² + α) = 5/(2 + 1), intercept the mean, 3.
    const std::vector<double> features{-1, 0, 1}, targets{1, 2, 6};
    const auto model = train_ridge({{features, 3, 1}, {}, targets, {}, 0}, 1);
    EXPECT_THAT(model.weights, ElementsAre(DoubleNear(5.0 / 3, 1e-12)));
    EXPECT_THAT(model.intercepts, ElementsAre(DoubleNear(3, 1e-12)));
}

TEST(Ridge, OfManyColumnsIsTheSameEitherWay) {
    const auto sample = sample_of(40, 2100, 0);  // beyond the direct solution
    const auto model = train_ridge(sample.data(0));
    // Where the derivative is 0: Σ weight·(margin − y)·x + α·w.
    const auto margins = model.margins(sample.view());
    for (std::size_t j = 0; j < 50; ++j) {
        double slope = model.weights[j];
        for (std::size_t row = 0; row < sample.rows; ++row) {
            slope += sample.weights[row] * (margins[row] - sample.targets[row]) * sample.features[row * 2100 + j];
        }
        EXPECT_NEAR(slope, 0, 1e-6);
    }
}

TEST(LinearModel, StandardisesTheNumbersAlone) {
    const std::vector<double> features{10, 0, 20, 1, 30, 1, 40, 0}, targets{0, 0, 1, 1};
    const std::vector<std::uint8_t> is_number{1, 0};
    const auto model = train_logistic_regression({{features, 4, 2}, is_number, targets, {}, 2});
    EXPECT_THAT(model.centres, ElementsAre(25, 0));
    EXPECT_THAT(model.scales, ElementsAre(DoubleNear(std::sqrt(125.0), 1e-12), 1));
}

TEST(LinearModel, ContributionsAddUpToTheMargin) {
    for (const std::size_t classes : {0U, 2U, 3U}) {
        const auto sample = sample_of(50, 5, classes);
        const auto model = classes == 0 ? train_ridge(sample.data(0)) : train_logistic_regression(sample.data(classes));
        const auto margins = model.margins(sample.view());
        const auto contributions = model.contributions(sample.view());
        for (std::size_t i = 0; i < margins.size(); ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < 6; ++j) sum += contributions[i * 6 + j];
            EXPECT_NEAR(sum, margins[i], 1e-10);
        }
    }
}

TEST(LinearModel, IsTheSameReadBackAndRefusesOtherDocuments) {
    const auto sample = sample_of(50, 5, 3);
    const auto model = train_logistic_regression(sample.data(3));
    auto document = model.json();
    EXPECT_EQ(LinearModel::from_json(document, "a").predict(sample.view()), model.predict(sample.view()));
    document["weights"].erase(0);
    EXPECT_THROW((void)LinearModel::from_json(document, "a"), DataError);
    EXPECT_THROW((void)LinearModel::from_json({{"classes", 2}}, "a"), DataError);
    EXPECT_THROW((void)model.predict({sample.features, 125, 2}), DataError);
}

TEST(LinearModel, RefusesWhatIsMissingAndPenaltiesThatAreNone) {
    auto sample = sample_of(20, 2, 2);
    EXPECT_THROW((void)train_logistic_regression(sample.data(2), 0), UsageError);
    EXPECT_THROW((void)train_ridge(sample.data(0), -1), UsageError);
    sample.features[3] = std::nan("");
    EXPECT_THROW((void)train_logistic_regression(sample.data(2)), DataError);
}

}  // namespace
}  // namespace cellwise::linear
