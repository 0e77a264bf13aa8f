// The figures called scipy's were computed with Python 3.11, scipy 1.17.1 and statsmodels 0.15.0 by the
// calls that stand beside them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "statistics/line_fit.h"
#include "statistics/median.h"
#include "statistics/paired.h"
#include "statistics/student_t.h"
#include "statistics/summary.h"
#include "statistics/two_samples.h"

namespace cellwise::statistics {
namespace {

// Student's sleep data (Biometrika 6, 1908): extra hours of sleep under two drugs, the ten same patients.
// R's documentation prints for them: paired t = -4.0621, df = 9, p = 0.002833, interval -2.4598858 to
// -0.7001142; Welch t = -1.8608, df = 17.776, p = 0.07939, interval -3.3654832 to 0.2054832.
constexpr std::array first_drug{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
constexpr std::array second_drug{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
// Accuracies of the kind the comparison gives.
constexpr std::array five{0.7757, 0.81, 0.69, 0.84, 0.80};
constexpr std::array seven{0.86, 0.85, 0.87, 0.862, 0.858, 0.866, 0.871};

TEST(StudentT, AgreesWithScipy) {
    EXPECT_NEAR(student_t_cdf(2.3, 4), 0.9585304814438088, 1e-14);         // scipy.stats.t.cdf(2.3, 4)
    EXPECT_NEAR(student_t_cdf(-1.7, 3.37), 0.08878406015418518, 1e-14);    // t.cdf(-1.7, 3.37)
    EXPECT_NEAR(student_t_quantile(0.975, 4), 2.7764451051977934, 1e-12);  // t.ppf(.975, 4)
    EXPECT_NEAR(student_t_quantile(0.975, 9), 2.262157162798205, 1e-12);   // t.ppf(.975, 9)
    EXPECT_EQ(two_sided_p(INFINITY, 3), 0);
    EXPECT_THROW(static_cast<void>(student_t_quantile(0.5, 0)), InternalError);
}

TEST(Summary, AgreesWithScipy) {
    // numpy.mean, numpy.std(ddof=1), t.interval(.95, 4, loc=mean, scale=sem)
    const auto summary = summarise(five);
    EXPECT_EQ(summary.count, 5U);
    EXPECT_NEAR(summary.mean, 0.78314, 1e-14);
    EXPECT_NEAR(*summary.standard_deviation, 0.056941180177442784, 1e-14);
    EXPECT_NEAR(summary.interval->low, 0.7124381865584355, 1e-12);
    EXPECT_NEAR(summary.interval->high, 0.8538418134415646, 1e-12);
}

TEST(Median, IsTheMiddleOrTheMeanOfTheTwoThere) {
    EXPECT_EQ(median({5, 1, 4}), 4);
    EXPECT_EQ(median({5, 1, 4, 2}), 3);
    EXPECT_EQ(median({7}), 7);
    EXPECT_THROW((void)median({}), InternalError);
}

TEST(Summary, OneValueHasNoSpread) {
    const auto summary = summarise(std::array{0.8});
    EXPECT_EQ(summary.mean, 0.8);
    EXPECT_FALSE(summary.standard_deviation);
    EXPECT_FALSE(summary.interval);
    EXPECT_THROW(static_cast<void>(summarise({})), InternalError);
}

TEST(Paired, StudentsSleepData) {
    const auto result = compare_pairs(second_drug, first_drug);
    EXPECT_NEAR(result.difference.mean, 1.58, 1e-14);
    EXPECT_NEAR(*result.difference.standard_deviation, 1.2299954832798732, 1e-12);
    EXPECT_NEAR(*result.t, 4.062127683382037, 1e-12);  // scipy.stats.ttest_rel(second, first)
    EXPECT_NEAR(*result.p_value, 0.002832890197384273, 1e-14);
    EXPECT_NEAR(result.difference.interval->low, 0.7001142367230175, 1e-12);
    EXPECT_NEAR(result.difference.interval->high, 2.459885763276983, 1e-12);
    // scipy.stats.permutation_test(…, permutation_type='samples', n_resamples=inf): 4 of 1024 patterns
    EXPECT_EQ(result.sign_flip.p_value, 0.00390625);
    EXPECT_EQ(result.sign_flip.smallest_p, 2.0 / 1024);
    EXPECT_TRUE(result.sign_flip.exact);
}

TEST(Paired, FivePairsCannotFallBelow0625) {
    const auto best = sign_flip_test(std::array{0.02, 0.01, 0.03, 0.05, 0.04});
    EXPECT_EQ(best.p_value, 0.0625);
    EXPECT_EQ(best.smallest_p, 0.0625);
    // scipy.stats.permutation_test as above
    EXPECT_EQ(sign_flip_test(std::array{0.021, 0.013, -0.004, 0.031, 0.017}).p_value, 0.125);
    EXPECT_EQ(sign_flip_test(std::array{0.0, 0.0}).p_value, 1);
}

TEST(Paired, ManyPairsAreDrawnNearTheExactShare) {
    // 21 differences of one size: the sum reaches |sum of 5 − 16| = 11 with binomial probability
    // 2·P(B(21, ½) <= 5) = 0.02660369873046875 (scipy.stats.binom.cdf).
    std::array<double, 21> differences{};
    differences.fill(0.01);
    std::fill_n(differences.begin(), 5, -0.01);
    const auto drawn = sign_flip_test(differences);
    EXPECT_FALSE(drawn.exact);
    EXPECT_NEAR(drawn.p_value, 0.02660369873046875, 4 * std::sqrt(0.0266 / static_cast<double>(drawn_sign_patterns)));
    EXPECT_EQ(drawn.p_value, sign_flip_test(differences).p_value);
    EXPECT_EQ(drawn.smallest_p, 1.0 / static_cast<double>(drawn_sign_patterns + 1));
}

TEST(Paired, DegenerateSamples) {
    const auto same = compare_pairs(five, five);
    EXPECT_EQ(*same.t, 0);
    EXPECT_EQ(*same.p_value, 1);
    const auto shifted = compare_pairs(std::array{1.0, 2.0, 3.0}, std::array{0.5, 1.5, 2.5});
    EXPECT_EQ(*shifted.p_value, 0);
    const auto single = compare_pairs(std::array{0.8}, std::array{0.7});
    EXPECT_FALSE(single.p_value);
    EXPECT_EQ(single.sign_flip.p_value, 1);
    EXPECT_THROW(static_cast<void>(compare_pairs(five, seven)), InternalError);
    EXPECT_THROW(static_cast<void>(compare_pairs(std::array{std::nan("")}, std::array{1.0})), InternalError);
}

TEST(Holm, AgreesWithStatsmodels) {
    // statsmodels.stats.multitest.multipletests(…, method='holm')
    EXPECT_THAT(holm(std::array{0.01, 0.04, 0.03, 0.005}),
                testing::Pointwise(testing::DoubleNear(1e-15), {0.03, 0.06, 0.06, 0.02}));
    EXPECT_THAT(holm(std::array{0.02, 0.5, 0.7, 0.9}), testing::Pointwise(testing::DoubleEq(), {0.08, 1.0, 1.0, 1.0}));
    EXPECT_TRUE(holm({}).empty());
}

RC_GTEST_PROP(Holm, LiesBetweenTheRawValueAndBonferroni, ()) {
    auto p_values = *rc::gen::container<std::vector<double>>(
        rc::gen::map(rc::gen::inRange(0, 1001), [](int thousandths) { return thousandths / 1000.0; }));
    const auto corrected = holm(p_values);
    for (std::size_t i = 0; i < p_values.size(); ++i) {
        RC_ASSERT(corrected[i] >= p_values[i]);
        RC_ASSERT(corrected[i] <= std::min(1.0, p_values[i] * static_cast<double>(p_values.size())) + 1e-15);
    }
}

TEST(PairsNeeded, AgreesWithStatsmodels) {
    // ceil of statsmodels.stats.power.TTestPower().solve_power(effect_size, alpha=alpha, power=.8):
    // 33.37, 198.15, 9.94, 3.14; 119.20 at .05/3
    EXPECT_EQ(pairs_needed(0.5, 1), 34U);
    EXPECT_EQ(pairs_needed(-0.02, 0.1), 199U);
    EXPECT_EQ(pairs_needed(0.03, 0.03), 10U);
    EXPECT_EQ(pairs_needed(3, 1), 4U);
    EXPECT_EQ(pairs_needed(0.3, 1, 0.05 / 3), 120U);
    EXPECT_EQ(pairs_needed(0.1, 0), 2U);
    EXPECT_FALSE(pairs_needed(0, 1));
    EXPECT_FALSE(pairs_needed(1e-9, 1));
}

TEST(Welch, AgreesWithScipy) {
    // scipy.stats.ttest_ind(…, equal_var=False) and its confidence_interval(.95)
    const auto sleep = welch_test(second_drug, first_drug);
    EXPECT_NEAR(sleep.t, 1.8608134674868526, 1e-12);
    EXPECT_NEAR(sleep.degrees, 17.776473516178488, 1e-10);
    EXPECT_NEAR(sleep.p_value, 0.0793941401873583, 1e-13);
    EXPECT_NEAR(sleep.interval.low, -0.20548323071171137, 1e-12);
    EXPECT_NEAR(sleep.interval.high, 3.3654832307117104, 1e-12);
    const auto uneven = welch_test(five, seven);
    EXPECT_NEAR(uneven.t, -3.0953044572552177, 1e-12);
    EXPECT_NEAR(uneven.degrees, 4.095266061633341, 1e-12);
    EXPECT_NEAR(uneven.p_value, 0.03525413842763491, 1e-13);
    EXPECT_NEAR(uneven.interval.low, -0.14976156596027898, 1e-12);
    EXPECT_THROW(static_cast<void>(welch_test(five, std::array{1.0})), InternalError);
}

TEST(Equivalence, AgreesWithStatsmodels) {
    // statsmodels.stats.weightstats.ttost_ind(x, y, -margin, margin, usevar='unequal')
    constexpr std::array x{0.8614, 0.8651, 0.8579, 0.8602, 0.8677};
    constexpr std::array y{0.8623, 0.8580, 0.8661, 0.8649, 0.8601, 0.8634};
    const auto wide = equivalence_test(x, y, 0.02);
    EXPECT_NEAR(wide.t_lower, 9.330349853065954, 1e-10);
    EXPECT_NEAR(wide.t_upper, -9.336572160403819, 1e-10);
    EXPECT_NEAR(wide.p_value, 1.1123501971243526e-05, 1e-15);
    EXPECT_NEAR(wide.interval.low, -0.0040281789991587985, 1e-12);
    EXPECT_NEAR(wide.interval.high, 0.004014845665825377, 1e-12);
    EXPECT_TRUE(wide.equivalent);
    const auto narrow = equivalence_test(x, y, 0.003);
    EXPECT_NEAR(narrow.p_value, 0.10126551119911904, 1e-12);
    EXPECT_FALSE(narrow.equivalent);
    EXPECT_TRUE(equivalence_test(std::array{1.0, 1.0}, std::array{1.0, 1.0}, 0.1).equivalent);
    EXPECT_FALSE(equivalence_test(std::array{2.0, 2.0}, std::array{1.0, 1.0}, 0.1).equivalent);
    EXPECT_THROW(static_cast<void>(equivalence_test(x, y, 0)), InternalError);
}

TEST(LineFit, OfFivePointsByHand) {
    // Means 2 and 3.06; Sxx = 10, Sxy = 10.3, Syy = 10.772; residuals .1 -.13 .14 -.29 .18, squares 0.163.
    const auto fit = fit_line(std::array{0.0, 1.0, 2.0, 3.0, 4.0}, std::array{1.1, 1.9, 3.2, 3.8, 5.3});
    ASSERT_TRUE(fit);
    EXPECT_NEAR(fit->slope, 1.03, 1e-14);
    EXPECT_NEAR(fit->intercept, 1.0, 1e-14);
    EXPECT_NEAR(*fit->r_squared, 1 - 0.163 / 10.772, 1e-14);
    EXPECT_NEAR(*fit->standard_error, std::sqrt(0.163 / 3 / 10), 1e-14);
}

TEST(LineFit, SaysWhatItCannotKnow) {
    EXPECT_FALSE(fit_line(std::array{1.0}, std::array{1.0}));
    EXPECT_FALSE(fit_line(std::array{1.0, 1.0}, std::array{1.0, 2.0})) << "a vertical line";
    const auto two = fit_line(std::array{0.0, 2.0}, std::array{1.0, 5.0});
    EXPECT_EQ(two->slope, 2);
    EXPECT_FALSE(two->standard_error);
    EXPECT_FALSE(fit_line(std::array{0.0, 1.0, 2.0}, std::array{3.0, 3.0, 3.0})->r_squared) << "y does not vary";
    EXPECT_THROW(static_cast<void>(fit_line(std::array{1.0}, std::array{1.0, 2.0})), InternalError);
}

TEST(Quantile, InterpolatesBetweenNeighbours) {
    constexpr std::array values{1.0, 2.0, 4.0, 8.0};
    EXPECT_EQ(quantile(values, 0), 1);
    EXPECT_EQ(quantile(values, 0.5), 3);
    EXPECT_NEAR(quantile(values, 0.1), 1.3, 1e-14);
    EXPECT_NEAR(quantile(values, 0.9), 6.8, 1e-14);
    EXPECT_EQ(quantile(values, 1), 8);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(quantile(std::array{1.0, infinity, infinity}, 0.75), infinity);
    EXPECT_THROW(static_cast<void>(quantile({}, 0.5)), InternalError);
}

}  // namespace
}  // namespace cellwise::statistics
