#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "lab/gradient_decay.h"

namespace cellwise::lab {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// rows with norms scale·factor^(steps back).
StepNorms geometric(std::size_t steps, const std::vector<double>& factors, bool reverse = false) {
    StepNorms norms{steps, factors.size(), {}};
    for (std::size_t step = 0; step < steps; ++step) {
        const auto back = static_cast<double>(reverse ? step : steps - 1 - step);
        for (const double factor : factors) norms.values.push_back(3 * std::pow(factor, back));
    }
    return norms;
}

TEST(DecayFit, FindsAGeometricDecayExactly) {
    for (const bool reverse : {false, true}) {
        const auto norms = geometric(50, {0.9}, reverse);
        const auto fit = fit_decay(norms, reverse);
        ASSERT_TRUE(fit);
        EXPECT_NEAR(fit->factor(), 0.9, 1e-12);
        EXPECT_NEAR(*fit->line.r_squared, 1, 1e-12);
        EXPECT_NEAR(*fit->factor_error(), 0, 1e-12);
        EXPECT_EQ(fit->line.points, 50U);
        // 0.9^43 > 0.01 > 0.9^44
        EXPECT_EQ(memory_horizon(norms, 0, reverse), 44U);
    }
}

TEST(DecayFit, OfSeveralRowsIsTheGeometricMean) {
    EXPECT_NEAR(fit_decay(geometric(20, {0.5, 0.8}))->factor(), std::sqrt(0.5 * 0.8), 1e-12);
    EXPECT_NEAR(fit_row_decay(geometric(20, {0.5, 0.8}), 1)->factor(), 0.8, 1e-12);
}

TEST(DecayFit, LeavesOutStepsWithoutALogarithm) {
    auto norms = geometric(10, {0.5});
    norms.values[0] = 0;
    norms.values[1] = infinity;
    norms.values[2] = not_a_number;
    const auto fit = fit_decay(norms);
    EXPECT_EQ(fit->line.points, 7U);
    EXPECT_NEAR(fit->factor(), 0.5, 1e-12);
    EXPECT_FALSE(fit_decay(StepNorms{3, 1, {0, 0, 1}}));
}

TEST(DecayFit, OfARowCanBeLimitedToItsWords) {
    auto norms = geometric(10, {0.5});
    for (std::size_t step = 0; step < 5; ++step) norms.values[step] = 7;  // padding
    std::vector<bool> words(10, true);
    for (std::size_t step = 0; step < 5; ++step) words[step] = false;
    EXPECT_NEAR(fit_row_decay(norms, 0, false, words)->factor(), 0.5, 1e-12);
    EXPECT_NE(fit_row_decay(norms, 0)->factor(), 0.5);
}

TEST(MemoryHorizon, IsTheFirstStepBackWithOneHundredthLeft) {
    // t:                                 0    1     2  3  4
    EXPECT_EQ(memory_horizon(StepNorms{5, 1, {9, 0.01, 2, 3, 1}}, 0), 3U);
    EXPECT_EQ(memory_horizon(StepNorms{3, 1, {0.011, 1, 1}}, 0), std::nullopt);
    EXPECT_EQ(memory_horizon(StepNorms{3, 1, {1, 1, 0}}, 0), std::nullopt);
    EXPECT_EQ(memory_horizon(StepNorms{3, 1, {1, 0.001, 1}}, 0, true), 1U)
        << "reverse: read from the last to the first";
}

TEST(MemoryHorizon, OfABatchCountsRowsThatNeverForgetAsBeyond) {
    //                    rows:      0      1     2  3
    const StepNorms norms{3,
                          4,
                          {0.001, 0.001, 1, 1,  // t = 0
                           0.001, 1, 1, 1,      // t = 1
                           1, 1, 1, 0}};
    const auto summary = summarise_horizons(norms);
    EXPECT_EQ(summary.beyond, 1U);
    EXPECT_EQ(summary.undefined, 1U);
    EXPECT_EQ(summary.median, 2);
    EXPECT_EQ(summary.q25, 1.5);
    EXPECT_EQ(summary.q75, std::nullopt) << "between 2 and beyond";
}

TEST(StepSummary, SaysWhatIsNotANumber) {
    const StepNorms norms{2, 5, {1, 2, 3, 4, 5, 0, 1, infinity, infinity, not_a_number}};
    const auto summaries = summarise_steps(norms);
    EXPECT_EQ(summaries[0].mean, 3);
    EXPECT_EQ(summaries[0].median, 3);
    EXPECT_EQ(summaries[0].q25, 2);
    EXPECT_NEAR(summaries[0].q95, 4.8, 1e-14);
    EXPECT_EQ(summaries[0].not_finite, 0U);
    EXPECT_EQ(summaries[1].zeros, 1U);
    EXPECT_EQ(summaries[1].not_finite, 3U);
    EXPECT_TRUE(std::isnan(summaries[1].mean));
    EXPECT_EQ(summaries[1].median, infinity) << "between 1 and infinity";
    EXPECT_EQ(summaries[1].q95, infinity);
}

}  // namespace
}  // namespace cellwise::lab
