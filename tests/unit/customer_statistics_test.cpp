#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "statistics/class_probabilities.h"
#include "statistics/cross_validation.h"
#include "statistics/paired_classifiers.h"
#include "statistics/regression.h"

namespace cellwise::statistics {
namespace {

// The expected values are scikit-learn 1.9.1's and scipy 1.17.1's; DeLong's by numpy from the definition, with all
// pairs of a positive and a negative row.

TEST(CompareAreas, IsDeLongsTest) {
    const std::vector<std::uint8_t> labels{1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1};
    const std::vector<double> first{.9, .2, .8, .4, .4, .1, .7, .6, .55, .3, .5, .35};
    const std::vector<double> second{.6, .5, .7, .8, .3, .4, .2, .6, .9, .1, .35, .45};
    const auto result = compare_areas(first, second, labels).value();
    EXPECT_NEAR(result.first, 0.8194444444444445, 1e-12);
    EXPECT_NEAR(result.second, 0.7916666666666665, 1e-12);
    EXPECT_NEAR(result.standard_error, 0.1916465367851149, 1e-12);
    EXPECT_NEAR(result.z.value(), 0.14494275891311273, 1e-12);
    EXPECT_NEAR(result.p_value, 0.8847560661474076, 1e-12);
    EXPECT_NEAR(result.interval.high - result.difference, 1.959963984540054 * result.standard_error, 1e-12);
}

TEST(CompareAreas, OfAClassifierWithItselfIsNothing) {
    const std::vector<std::uint8_t> labels{1, 0, 1, 0};
    const std::vector<double> scores{.9, .2, .4, .5};
    const auto result = compare_areas(scores, scores, labels).value();
    EXPECT_EQ(result.difference, 0);
    EXPECT_EQ(result.p_value, 1);
    EXPECT_FALSE(result.z);
    const std::vector<std::uint8_t> single{1, 0, 0, 0};
    EXPECT_FALSE(compare_areas(scores, scores, single));
    EXPECT_THROW((void)compare_areas(scores, scores, std::vector<std::uint8_t>{1}), InternalError);
}

McNemarTest mcnemar_of(std::size_t both, std::size_t first, std::size_t second, std::size_t neither) {
    std::vector<std::uint8_t> one, other;
    const auto add = [&](std::size_t count, std::uint8_t a, std::uint8_t b) {
        one.insert(one.end(), count, a);
        other.insert(other.end(), count, b);
    };
    add(both, 1, 1), add(first, 1, 0), add(second, 0, 1), add(neither, 0, 0);
    return mcnemar_test(one, other);
}

TEST(McNemar, IsTheExactBinomialTest) {
    const auto result = mcnemar_of(20, 3, 12, 5);
    EXPECT_EQ(result.only_first, 3U);
    EXPECT_EQ(result.only_second, 12U);
    EXPECT_NEAR(result.difference, -9.0 / 40, 1e-12);
    EXPECT_NEAR(result.p_value, 0.03515625, 1e-12);
    EXPECT_NEAR(mcnemar_of(1, 0, 6, 1).p_value, 0.03125, 1e-12);
    EXPECT_EQ(mcnemar_of(3, 4, 4, 0).p_value, 1);
    EXPECT_EQ(mcnemar_of(3, 0, 0, 4).p_value, 1);
    EXPECT_THROW((void)mcnemar_test({}, {}), InternalError);
}

TEST(McNemar, HasNewcombesInterval) {
    // Newcombe (Statistics in Medicine 17, 1998, 2635-2650), table II: cells 36, 12, 2, 0 by method 10.
    const auto result = mcnemar_of(36, 12, 2, 0);
    EXPECT_NEAR(result.difference, 0.2, 1e-12);
    EXPECT_NEAR(result.interval.low, 0.0569, 5e-5);
    EXPECT_NEAR(result.interval.high, 0.3404, 5e-5);
}

TEST(ResampledSummary, IsNadeauAndBengiosT) {
    const std::vector<double> differences{.01, .02, -.005, .015, .03, .0, .012, .022, .008, .018};
    const auto result = resampled_summary(differences, 0.25);
    EXPECT_NEAR(result.mean, 0.013, 1e-12);
    EXPECT_NEAR(result.standard_deviation, 0.010413666234542205, 1e-12);
    EXPECT_NEAR(result.standard_error, 0.006160808027812224, 1e-12);
    EXPECT_NEAR(result.p_value, 0.06405803919080554, 1e-10);
    EXPECT_NEAR(result.interval.low, -0.0009367160087401082, 1e-10);
    EXPECT_NEAR(result.interval.high, 0.026936716008740105, 1e-10);
    EXPECT_EQ(resampled_summary(std::vector<double>{0, 0}, 0.25).p_value, 1);
    EXPECT_EQ(resampled_summary(std::vector<double>{.1, .1}, 0.25).p_value, 0);
    EXPECT_THROW((void)resampled_summary(std::vector<double>{1}, 0.25), InternalError);
}

TEST(ClassProbabilities, AreScikitLearnsFigures) {
    const std::vector<double> probabilities{.7, .2, .1, .1, .6,  .3,  .2, .5, .3, .3, .3,
                                            .4, .6, .3, .1, .05, .15, .8, 0,  1,  0};
    const std::vector<std::int32_t> labels{0, 1, 2, 2, 1, 2, 0};
    const ClassScores scores{probabilities, labels, 3};
    std::vector<std::int32_t> predicted;
    for (std::size_t row = 0; row < labels.size(); ++row) {
        predicted.push_back(most_probable(std::span(probabilities).subspan(row * 3, 3)));
    }
    EXPECT_NEAR(log_loss(scores), 5.779790549808873, 1e-12);
    EXPECT_NEAR(brier_score(scores), 0.6635714285714285, 1e-12);
    EXPECT_NEAR(mean_roc_area(scores).value(), 0.7027777777777778, 1e-12);
    EXPECT_NEAR(mean_average_precision(scores).value(), 0.6698412698412698, 1e-12);
    EXPECT_NEAR(balanced_accuracy(predicted, labels, 3), 0.5555555555555555, 1e-12);
    EXPECT_THROW((void)log_loss({probabilities, labels, 2}), InternalError);
}

TEST(ClassProbabilities, OfTwoClassesAreTheSecondsFigures) {
    const std::vector<double> probabilities{.9, .1, .4, .6, .7, .3};
    const std::vector<std::int32_t> labels{0, 1, 1};
    EXPECT_NEAR(brier_score({probabilities, labels, 2}), (0.01 + 0.16 + 0.49) / 3, 1e-12);
    EXPECT_NEAR(mean_roc_area({probabilities, labels, 2}).value(), 1, 1e-12);
}

TEST(Regression, IsScikitLearnsFigures) {
    const std::vector<double> truth{3, -.5, 2, 7}, predicted{2.5, 0, 2, 8};
    EXPECT_NEAR(r_squared(truth, predicted).value(), 0.9486081370449679, 1e-12);
    EXPECT_NEAR(root_mean_squared_error(truth, predicted), 0.6123724356957945, 1e-12);
    EXPECT_NEAR(mean_absolute_error(truth, predicted), 0.5, 1e-12);
    EXPECT_FALSE(r_squared(std::vector<double>{1, 1}, std::vector<double>{1, 2}));
    EXPECT_THROW((void)mean_absolute_error(truth, std::vector<double>{1}), InternalError);
}

}  // namespace
}  // namespace cellwise::statistics
