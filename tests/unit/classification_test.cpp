// The figures called scikit-learn's were computed with scikit-learn 1.9.1 by the calls that stand beside
// them, from y = labels and p = probabilities.
#include "statistics/classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "statistics/calibration.h"

namespace cellwise::statistics {
namespace {

constexpr std::array probabilities{0.9,  0.8,  0.8,  0.75, 0.6,  0.6,  0.6,  0.55,
                                   0.45, 0.45, 0.35, 0.25, 0.15, 0.15, 0.05, 0.05};
constexpr std::array<std::uint8_t, 16> labels{1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1};
constexpr Scores scores{probabilities, labels};

/// Any number of reviews with few distinct probabilities, so that many are equal.
struct Sample {
    std::vector<double> probabilities;
    std::vector<std::uint8_t> labels;
    [[nodiscard]] Scores scores() const { return {probabilities, labels}; }
    [[nodiscard]] std::size_t count(unsigned label) const {
        return static_cast<std::size_t>(std::count(labels.begin(), labels.end(), label));
    }
};
Sample any_sample() {
    Sample sample;
    sample.labels = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::element<std::uint8_t>(0, 1));
    const int levels = *rc::gen::inRange(1, 40);
    sample.probabilities = *rc::gen::container<std::vector<double>>(
        sample.labels.size(), rc::gen::map(rc::gen::inRange(0, levels + 1),
                                           [levels](int level) { return static_cast<double>(level) / levels; }));
    return sample;
}

TEST(Roc, AgreesWithScikitLearn) {
    const auto curve = roc_curve(scores);  // metrics.roc_curve(y, p, drop_intermediate=False)
    const std::array<std::array<double, 3>, 11> expected{{{INFINITY, 0, 0},
                                                          {0.9, 0, 0.125},
                                                          {0.8, 0.125, 0.25},
                                                          {0.75, 0.125, 0.375},
                                                          {0.6, 0.25, 0.625},
                                                          {0.55, 0.375, 0.625},
                                                          {0.45, 0.5, 0.75},
                                                          {0.35, 0.625, 0.75},
                                                          {0.25, 0.625, 0.875},
                                                          {0.15, 0.875, 0.875},
                                                          {0.05, 1, 1}}};
    ASSERT_EQ(curve.size(), expected.size());
    for (std::size_t i = 0; i < curve.size(); ++i) {
        EXPECT_EQ(curve[i].threshold, expected[i][0]);
        EXPECT_EQ(curve[i].false_positive_rate, expected[i][1]);
        EXPECT_EQ(curve[i].true_positive_rate, expected[i][2]);
    }
    EXPECT_NEAR(roc_area(scores)->area, 0.6796875, 1e-15);  // metrics.roc_auc_score(y, p)
}

// DeLong's components by hand for positives 0.8, 0.4 and negatives 0.6, 0.4, 0.2: V10 = (1, (0 + ½ + 1)/3 = ½),
// V01 = (½, ¾, 1); their variances are 1/8 and 1/16.
TEST(Roc, AreaAndItsErrorByHand) {
    const std::array p{0.8, 0.4, 0.6, 0.4, 0.2};
    const std::array<std::uint8_t, 5> y{1, 1, 0, 0, 0};
    const auto area = roc_area({p, y});
    EXPECT_NEAR(area->area, 0.75, 1e-15);
    const double error = std::sqrt(0.125 / 2 + 0.0625 / 3);
    EXPECT_NEAR(*area->standard_error, error, 1e-15);
    EXPECT_NEAR(area->interval->low, 0.75 - 1.959963984540054 * error, 1e-12);
    EXPECT_EQ(area->interval->high, 1);
}

TEST(Roc, ExtremesHaveNoFalseCertainty) {
    const std::array p{0.9, 0.8, 0.1, 0.2};
    const std::array<std::uint8_t, 4> y{1, 1, 0, 0}, inverted{0, 0, 1, 1}, all{1, 1, 1, 1};
    EXPECT_EQ(roc_area({p, y})->area, 1);
    EXPECT_FALSE(roc_area({p, y})->interval) << "a perfect order has no estimate of its error";
    EXPECT_EQ(roc_area({p, inverted})->area, 0);
    EXPECT_FALSE(roc_area({p, all}));
    EXPECT_TRUE(roc_curve({p, all}).empty());
    EXPECT_FALSE(roc_area({}));
}

RC_GTEST_PROP(Roc, AreaIsTheShareOfPairsInTheRightOrder, ()) {
    const auto sample = any_sample();
    const auto area = roc_area(sample.scores());
    const auto positives = sample.count(1), negatives = sample.count(0);
    RC_ASSERT(area.has_value() == (positives > 0 && negatives > 0));
    if (!area) return;
    // The definition of the area and of DeLong's components, pair by pair.
    std::vector<double> of_positives, of_negatives;
    const auto share = [&](std::size_t own) {
        double sum = 0;
        for (std::size_t other = 0; other < sample.labels.size(); ++other) {
            if (sample.labels[other] == sample.labels[own]) continue;
            const auto [positive, negative] = sample.labels[own] == 1 ? std::pair(own, other) : std::pair(other, own);
            const double difference = sample.probabilities[positive] - sample.probabilities[negative];
            sum += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
        }
        return sum / static_cast<double>(sample.labels[own] == 1 ? negatives : positives);
    };
    for (std::size_t i = 0; i < sample.labels.size(); ++i) {
        (sample.labels[i] == 1 ? of_positives : of_negatives).push_back(share(i));
    }
    RC_ASSERT(std::abs(area->area - mean(of_positives)) < 1e-12);
    if (positives > 1 && negatives > 1) {
        const auto variance = std::pow(*standard_deviation(of_positives), 2) / static_cast<double>(positives) +
                              std::pow(*standard_deviation(of_negatives), 2) / static_cast<double>(negatives);
        RC_ASSERT(std::abs(*area->standard_error - std::sqrt(variance)) < 1e-12);
    }
    // And the trapezia below the curve.
    double below = 0;
    const auto curve = roc_curve(sample.scores());
    for (std::size_t i = 1; i < curve.size(); ++i) {
        below += (curve[i].false_positive_rate - curve[i - 1].false_positive_rate) *
                 (curve[i].true_positive_rate + curve[i - 1].true_positive_rate) / 2;
    }
    RC_ASSERT(std::abs(area->area - below) < 1e-12);
}

RC_GTEST_PROP(Curves, CountWhatLiesAtOrAboveEachThreshold, ()) {
    const auto sample = any_sample();
    const auto counted = [&](double threshold, unsigned label) {
        double count = 0;
        for (std::size_t i = 0; i < sample.labels.size(); ++i) {
            count += sample.labels[i] == label && sample.probabilities[i] >= threshold ? 1 : 0;
        }
        return count;
    };
    const auto positives = static_cast<double>(sample.count(1)), negatives = static_cast<double>(sample.count(0));
    for (const auto& point : roc_curve(sample.scores())) {
        RC_ASSERT(point.true_positive_rate == counted(point.threshold, 1) / positives);
        RC_ASSERT(point.false_positive_rate == counted(point.threshold, 0) / negatives);
    }
    for (const auto& point : precision_recall_curve(sample.scores())) {
        const double found = counted(point.threshold, 1), called = found + counted(point.threshold, 0);
        RC_ASSERT(point.recall == found / positives);
        RC_ASSERT(point.precision == (called == 0 ? 1 : found / called));
    }
    const auto counts = confusion(sample.scores(), 0.5);
    RC_ASSERT(counts.true_positives == static_cast<std::size_t>(counted(std::nextafter(0.5, 1.0), 1)));
    RC_ASSERT(counts.false_positives == static_cast<std::size_t>(counted(std::nextafter(0.5, 1.0), 0)));
    RC_ASSERT(counts.total() == sample.labels.size());
}

TEST(PrecisionRecall, AgreesWithScikitLearn) {
    const auto curve = precision_recall_curve(scores);  // metrics.precision_recall_curve(y, p), backwards
    const std::array<std::array<double, 3>, 11> expected{{{INFINITY, 1, 0},
                                                          {0.9, 1, 0.125},
                                                          {0.8, 0.6666666666666666, 0.25},
                                                          {0.75, 0.75, 0.375},
                                                          {0.6, 0.7142857142857143, 0.625},
                                                          {0.55, 0.625, 0.625},
                                                          {0.45, 0.6, 0.75},
                                                          {0.35, 0.5454545454545454, 0.75},
                                                          {0.25, 0.5833333333333334, 0.875},
                                                          {0.15, 0.5, 0.875},
                                                          {0.05, 0.5, 1}}};
    ASSERT_EQ(curve.size(), expected.size());
    for (std::size_t i = 0; i < curve.size(); ++i) {
        EXPECT_EQ(curve[i].threshold, expected[i][0]);
        EXPECT_EQ(curve[i].precision, expected[i][1]);
        EXPECT_EQ(curve[i].recall, expected[i][2]);
    }
    EXPECT_NEAR(*average_precision(scores), 0.6910714285714287, 1e-15);  // metrics.average_precision_score(y, p)
    const std::array<std::uint8_t, 16> none{};
    EXPECT_FALSE(average_precision({probabilities, none}));
}

TEST(Confusion, AgreesWithScikitLearn) {
    const auto counts = confusion(scores);  // metrics.confusion_matrix(y, p > 0.5): [[5, 3], [3, 5]]
    EXPECT_EQ(counts.true_negatives, 5U);
    EXPECT_EQ(counts.false_positives, 3U);
    EXPECT_EQ(counts.false_negatives, 3U);
    EXPECT_EQ(counts.true_positives, 5U);
    const Confusion skewed{3, 1, 4, 2};
    EXPECT_EQ(*skewed.accuracy(), 0.7);
    EXPECT_EQ(*skewed.precision(), 0.75);
    EXPECT_EQ(*skewed.recall(), 0.6);
    EXPECT_EQ(*skewed.specificity(), 0.8);
    EXPECT_EQ(*skewed.f1(), 6.0 / 9.0);
    EXPECT_FALSE(Confusion{}.accuracy());
    EXPECT_FALSE((Confusion{0, 0, 4, 2}.precision()));
    const std::array half{0.5};
    const std::array<std::uint8_t, 1> positive{1};
    EXPECT_EQ(confusion({half, positive}).false_negatives, 1U) << "0.5 is not above 0.5";
}

TEST(Wilson, AgreesWithStatsmodels) {
    // statsmodels.stats.proportion.proportion_confint(count, nobs, method='wilson')
    const auto expect = [](std::size_t count, std::size_t trials, double confidence, double low, double high) {
        const auto interval = wilson_interval(count, trials, confidence);
        EXPECT_NEAR(interval.low, low, 1e-12);
        EXPECT_NEAR(interval.high, high, 1e-12);
    };
    expect(8, 10, 0.95, 0.49016247153664183, 0.9433178485456247);
    expect(0, 20, 0.95, 0, 0.1611251580528194);
    expect(21830, 25000, 0.95, 0.8690178608632579, 0.8772674661626518);
    expect(8, 10, 0.9, 0.5407928056874879, 0.9314420122624679);
    EXPECT_EQ(wilson_interval(20, 20).high, 1);
    EXPECT_THROW(static_cast<void>(wilson_interval(0, 0)), InternalError);
}

TEST(Calibration, AgreesWithScikitLearn) {
    const auto bins = calibration_bins(scores, 5);
    const std::array share{0.25, 0.5, 0.5, 2.0 / 3, 1.0};  // calibration_curve(y, p, n_bins=5)
    const std::array mean{0.1, 0.3, 0.54166667, 0.78333333, 0.9};
    ASSERT_EQ(bins.size(), 5U);
    for (std::size_t i = 0; i < bins.size(); ++i) {
        EXPECT_NEAR(*bins[i].positive_share(), share[i], 1e-12);
        EXPECT_NEAR(bins[i].mean_probability, mean[i], 1e-8);
    }
    EXPECT_NEAR(*brier_score(scores), 0.24218750000000003, 1e-15);  // metrics.brier_score_loss(y, p)
    // Counts 4, 2, 6, 3, 1; gaps 0.15, 0.2, 1/24, 7/60, 0.1.
    EXPECT_NEAR(*expected_calibration_error(bins), (0.6 + 0.4 + 0.25 + 0.35 + 0.1) / 16, 1e-12);
}

TEST(Calibration, BinsTakeTheirUpperEdge) {
    const std::array p{0.0, 0.25, 0.5, 0.75, 1.0, 0.251};
    const std::array<std::uint8_t, 6> y{0, 1, 0, 1, 1, 0};
    const auto bins = calibration_bins({p, y}, 4);
    EXPECT_EQ(bins[0].count, 2U);
    EXPECT_EQ(bins[1].count, 2U);
    EXPECT_EQ(bins[2].count, 1U);
    EXPECT_EQ(bins[3].count, 1U);
    EXPECT_FALSE(calibration_bins({}, 4)[0].positive_share());
    EXPECT_FALSE(expected_calibration_error(calibration_bins({}, 4)));
}

RC_GTEST_PROP(Calibration, BinsHoldEveryReviewOnce, ()) {
    const auto sample = any_sample();
    const auto bins = calibration_bins(sample.scores(), static_cast<std::size_t>(*rc::gen::inRange(1, 30)));
    std::size_t total = 0, positives = 0;
    for (const auto& bin : bins) {
        total += bin.count;
        positives += bin.positives;
        if (bin.count == 0) continue;
        RC_ASSERT(bin.mean_probability >= bin.low - 1e-12 && bin.mean_probability <= bin.high + 1e-12);
    }
    RC_ASSERT(total == sample.labels.size());
    RC_ASSERT(positives == sample.count(1));
}

TEST(SizeGroups, KeepEqualSizesTogether) {
    const std::array<std::uint32_t, 10> sizes{5, 1, 3, 3, 3, 3, 9, 8, 7, 6};
    const auto groups = size_groups(sizes, 5);
    ASSERT_EQ(groups.size(), 4U);
    const std::array<std::array<std::size_t, 3>, 4> expected{{{1, 3, 5}, {5, 5, 1}, {6, 7, 2}, {8, 9, 2}}};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        EXPECT_EQ(groups[i].low, expected[i][0]);
        EXPECT_EQ(groups[i].high, expected[i][1]);
        EXPECT_EQ(groups[i].count, expected[i][2]);
    }
    EXPECT_TRUE(size_groups({}, 5).empty());
}

RC_GTEST_PROP(SizeGroups, HoldEverySizeOnce, ()) {
    const auto sizes = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 50));
    const auto most = static_cast<std::size_t>(*rc::gen::inRange(1, 12));
    const auto groups = size_groups(sizes, most);
    RC_ASSERT(groups.size() <= most);
    std::size_t total = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        total += groups[i].count;
        RC_ASSERT(groups[i].low <= groups[i].high);
        if (i > 0) RC_ASSERT(groups[i - 1].high < groups[i].low);
        const auto inside = std::count_if(sizes.begin(), sizes.end(),
                                          [&](auto size) { return groups[i].low <= size && size <= groups[i].high; });
        RC_ASSERT(static_cast<std::size_t>(inside) == groups[i].count);
    }
    RC_ASSERT(total == sizes.size());
}

TEST(Scores, MustBeProbabilities) {
    const std::array<std::uint8_t, 1> y{1};
    const std::array too_high{1.5}, no_number{std::nan("")};
    EXPECT_THROW(static_cast<void>(confusion({too_high, y})), InternalError);
    EXPECT_THROW(static_cast<void>(roc_curve({no_number, y})), InternalError);
    EXPECT_THROW(static_cast<void>(brier_score({probabilities, y})), InternalError);
}

}  // namespace
}  // namespace cellwise::statistics
