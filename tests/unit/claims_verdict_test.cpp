#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.h"
#include "core/random.h"
#include "lab/claims/registry.h"
#include "lab/claims/run_claim.h"
#include "lab/claims/verdict.h"
#include "statistics/paired.h"

namespace cellwise::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Mean 0.02, s = 0.01; t(0.975; 2) = 4.302653, so the half width is 4.302653 · 0.01/√3 = 0.0248414.
const std::vector<double> three{0.01, 0.02, 0.03};

Verdict verdict(const Rule& rule, const std::vector<double>& values, Scale scale = Scale::difference) {
    return judge(rule, scale, values).verdict;
}

TEST(Verdict, TakesThePairedIntervalOfTheMean) {
    const auto judgement = judge(Rule::above(0), Scale::difference, three);
    EXPECT_NEAR(judgement.estimate, 0.02, 1e-12);
    ASSERT_TRUE(judgement.interval);
    EXPECT_NEAR(judgement.interval->low, -0.0048414, 1e-6);
    EXPECT_NEAR(judgement.interval->high, 0.0448414, 1e-6);
    EXPECT_EQ(judgement.verdict, Verdict::undecided);
}

TEST(Verdict, FallsOnlyWhereTheWholeIntervalLiesOnOneSide) {
    EXPECT_EQ(verdict(Rule::above(-0.005), three), Verdict::supported);
    EXPECT_EQ(verdict(Rule::above(-0.0048), three), Verdict::undecided);
    EXPECT_EQ(verdict(Rule::above(0.0448), three), Verdict::undecided);
    EXPECT_EQ(verdict(Rule::above(0.0449), three), Verdict::contradicted);
    EXPECT_EQ(verdict(Rule::below(0.0449), three), Verdict::supported);
    EXPECT_EQ(verdict(Rule::below(-0.005), three), Verdict::contradicted);
}

TEST(Verdict, EquivalenceNeedsTheWholeIntervalWithinTheMargin) {
    EXPECT_EQ(verdict(Rule::within(-0.045, 0.045), three), Verdict::supported);
    EXPECT_EQ(verdict(Rule::within(-0.04, 0.04), three), Verdict::undecided);
    EXPECT_EQ(verdict(Rule::within(0.05, 0.06), three), Verdict::contradicted);
}

TEST(Verdict, RatiosAreAveragedByTheirLogarithm) {
    const std::vector<double> ratios{2, 2 * std::exp(0.1), 2 * std::exp(-0.1)};
    const auto judgement = judge(Rule::above(1), Scale::ratio, ratios);
    EXPECT_NEAR(judgement.estimate, 2, 1e-12);
    EXPECT_NEAR(judgement.interval->low, 2 * std::exp(-0.248414), 1e-5);
    EXPECT_NEAR(judgement.interval->high, 2 * std::exp(0.248414), 1e-5);
    EXPECT_EQ(judgement.verdict, Verdict::supported);
    EXPECT_EQ(verdict(Rule::below(1), ratios, Scale::ratio), Verdict::contradicted);
    EXPECT_EQ(verdict(Rule::below(2.1), ratios, Scale::ratio), Verdict::undecided);
}

TEST(Verdict, AnExactMeasurementAlwaysDecides) {
    EXPECT_EQ(verdict(Rule::exactly(0), {0, 0}, Scale::exact), Verdict::supported);
    EXPECT_EQ(verdict(Rule::exactly(0), {0, 1e-9}, Scale::exact), Verdict::contradicted);
    EXPECT_EQ(verdict(Rule::above(0), {0.1}, Scale::exact), Verdict::supported);
    EXPECT_EQ(verdict(Rule::above(0), {0.1, 0}, Scale::exact), Verdict::contradicted);
    EXPECT_EQ(verdict(Rule::below(1), {0.75}, Scale::exact), Verdict::supported);
}

TEST(Verdict, OneRunDecidesNothing) {
    const auto judgement = judge(Rule::above(0), Scale::difference, std::vector<double>{5.0});
    EXPECT_EQ(judgement.verdict, Verdict::undecided);
    EXPECT_FALSE(judgement.interval);
    EXPECT_FALSE(judgement.runs_needed);
}

TEST(Verdict, SaysHowManyRunsWouldDecide) {
    // To the nearest bound, 0: 0.02 with s = 0.01.
    const auto judgement = judge(Rule::above(0), Scale::difference, three);
    EXPECT_EQ(judgement.runs_needed, statistics::pairs_needed(0.02, 0.01));
    // Half-way inside a margin the nearer bound counts.
    const auto equivalence = judge(Rule::within(-0.03, 0.04), Scale::difference, three);
    EXPECT_EQ(equivalence.runs_needed, statistics::pairs_needed(0.02, 0.01));
    EXPECT_FALSE(judge(Rule::above(-1), Scale::difference, three).runs_needed);
    // No spread and no difference: more of the same would not decide.
    const auto nothing = judge(Rule::above(0), Scale::difference, std::vector<double>{0, 0, 0});
    EXPECT_EQ(nothing.verdict, Verdict::undecided);
    EXPECT_FALSE(nothing.runs_needed);
}

TEST(Verdict, RefusesWhatIsNoMeasurement) {
    EXPECT_THROW((void)judge(Rule::above(0), Scale::difference, {}), InternalError);
    EXPECT_THROW((void)verdict(Rule::above(0), {1, NAN}), InternalError);
    EXPECT_THROW((void)verdict(Rule::above(0), {1, INFINITY}), InternalError);
    EXPECT_THROW((void)verdict(Rule::above(1), {1, 0}, Scale::ratio), InternalError);
}

TEST(Verdict, IsFalselyDecidedOnceInTwentyWithoutAnEffect) {
    Random random(1, "verdict test");
    int decided = 0;
    constexpr int trials = 1000;
    for (int trial = 0; trial < trials; ++trial) {
        std::vector<double> values(5);
        for (double& value : values) value = random.normal();
        decided += verdict(Rule::above(0), values) != Verdict::undecided;
    }
    // 5% of 1000 is 50, with a standard deviation of 7.
    EXPECT_NEAR(decided, 50, 4 * 7);
}

TEST(Rule, SaysItselfInWords) {
    EXPECT_EQ(Rule::above(0).text(), "> 0");
    EXPECT_EQ(Rule::below(1).text(), "< 1");
    EXPECT_EQ(Rule::within(-0.02, 0.02).text(), "between -0.02 and 0.02");
    EXPECT_EQ(Rule::exactly(0).text(), "= 0");
}

ClaimResult result_of(Scale scale, std::vector<double> values) {
    ClaimResult result;
    result.claim.rule = Rule::above(0);
    result.claim.scale = scale;
    result.measurement.values = std::move(values);
    result.judgement = judge(result.claim.rule, scale, result.measurement.values);
    return result;
}

TEST(JudgeTogether, WidensTheIntervalsByTheNumberOfClaimsWithChance) {
    // Mean 0.06, s = 0.01: alone the half width is 0.0248; at 1 − 0.05/2, t(0.9875; 2) = 6.205347 makes it
    // 0.0358; at 1 − 0.05/20, t(0.99875; 2) = 19.9625 makes it 0.115.
    const auto one = result_of(Scale::difference, {0.05, 0.06, 0.07});
    std::vector<ClaimResult> two{one, one, result_of(Scale::exact, {1}), result_of(Scale::exact, {1})};
    judge_together(two);
    EXPECT_EQ(two[0].simultaneous, Verdict::supported);
    std::vector<ClaimResult> twenty(20, one);
    judge_together(twenty);
    EXPECT_EQ(twenty[0].judgement.verdict, Verdict::supported);
    EXPECT_EQ(twenty[0].simultaneous, Verdict::undecided);
}

// Nadeau and Bengio: √(1/3 + 1/4) · 0.01 = 0.0076376, times t(0.975; 2) = 4.302653.
TEST(Verdict, TakesTheCorrectedIntervalOverFolds) {
    const auto judgement = judge(Rule::above(0), Scale::difference, three, 0.95, 0.25);
    ASSERT_TRUE(judgement.interval);
    EXPECT_NEAR(judgement.interval->low, 0.02 - 0.0328620, 1e-6);
    EXPECT_NEAR(judgement.interval->high, 0.02 + 0.0328620, 1e-6);
    EXPECT_FALSE(judgement.runs_needed);
    // With two degrees of freedom p = 1 − t/√(t² + 2), here of t = 0.02/0.0076376.
    EXPECT_NEAR(p_of_verdict(Rule::above(0), Scale::difference, three, 0.25), 0.1201173, 1e-6);
    EXPECT_EQ(p_of_verdict(Rule::above(0.02), Scale::difference, three, 0.25), 1) << "the estimate itself";
}

TEST(JudgeTogether, CorrectsClaimsAboutCustomersByHolmAmongThemselves) {
    const auto of_folds = [](double mean) {
        auto result = result_of(Scale::difference, {mean - 0.01, mean, mean + 0.01});
        result.claim.family = Family::customers;
        result.measurement.test_over_train = 0.25;
        result.judgement = judge(result.claim.rule, Scale::difference, result.measurement.values, 0.95, 0.25);
        return result;
    };
    // Their p are 0.0346, 0.0058 and 0.0346: Holm's are 0.0692, 0.0173, 0.0692. The review's does not count.
    std::vector<ClaimResult> results{of_folds(0.04), of_folds(0.1), of_folds(0.04),
                                     result_of(Scale::difference, {0.05, 0.06, 0.07})};
    for (const auto& result : results) EXPECT_EQ(result.judgement.verdict, Verdict::supported);
    judge_together(results);
    EXPECT_EQ(results[0].simultaneous, Verdict::undecided);
    EXPECT_EQ(results[1].simultaneous, Verdict::supported);
    EXPECT_EQ(results[3].simultaneous, Verdict::supported);
    std::vector<ClaimResult> alone{of_folds(0.04)};
    judge_together(alone);
    EXPECT_EQ(alone[0].simultaneous, Verdict::supported);
}

TEST(Registry, NamesEachClaimOnceAndSaysAllThatIsSettledBeforehand) {
    std::set<std::string> names;
    for (const auto& claim : all_claims()) {
        EXPECT_TRUE(names.insert(claim.name).second) << claim.name;
        EXPECT_THAT(claim.name, testing::MatchesRegex("[a-z0-9-]+"));
        EXPECT_FALSE(claim.statement.empty() || claim.estimand.empty() || claim.unit.empty()) << claim.name;
        EXPECT_GE(claim.seeds, 1) << claim.name;
        EXPECT_TRUE(claim.measure != nullptr) << claim.name;
        EXPECT_NE(claim.set_up(Sizes::full()), claim.set_up(Sizes::quick_look())) << claim.name;
    }
}

const Claim& claim_named(const std::string& name) {
    for (const auto& claim : all_claims()) {
        if (claim.name == name) return claim;
    }
    throw std::out_of_range(name);
}

TEST(EarlyWords, AnAbsentLossIsDecidedByTheMarginNotByItsInsignificance) {
    const auto& fades = claim_named("early-words-fade-rnn").rule;
    for (const char* name : {"early-words-stay-lstm", "early-words-stay-gru"}) {
        const auto& stays = claim_named(name).rule;
        EXPECT_EQ(verdict(stays, {0, 0, 0}), Verdict::supported);
        EXPECT_EQ(verdict(stays, {0.0005, 0, 0.002}), Verdict::supported);
        // No significant loss, and no shown absence of one either.
        EXPECT_EQ(verdict(stays, {-0.1, 0, 0.1}), Verdict::undecided);
        EXPECT_EQ(verdict(stays, {0.05, 0.06, 0.07}), Verdict::contradicted);
    }
    EXPECT_EQ(verdict(fades, {0.05, 0.06, 0.07}), Verdict::supported);
    EXPECT_EQ(verdict(fades, {0, 0, 0}), Verdict::contradicted) << "a loss below the margin is none";
}

std::vector<std::string> names_of(const std::vector<std::string>& words) {
    std::vector<std::string> names;
    for (const auto& claim : select_claims(words)) names.push_back(claim.name);
    return names;
}

TEST(Registry, SelectsByNameOrBeginning) {
    EXPECT_EQ(select_claims({}).size(), all_claims().size());
    EXPECT_THAT(names_of({"lstm-beats-rnn"}), ElementsAre("lstm-beats-rnn"));
    EXPECT_THAT(names_of({"gru-close-to-lstm"}),
                ElementsAre("gru-close-to-lstm-accuracy", "gru-close-to-lstm-parameters", "gru-close-to-lstm-time"));
    EXPECT_THAT(names_of({"gru-close-to-lstm-time", "gru-close-to-lstm-time", "lstm-beats-rnn"}),
                ElementsAre("lstm-beats-rnn", "gru-close-to-lstm-time"));
    EXPECT_THROW((void)select_claims({"gru-clo"}), UsageError) << "beginnings end at a dash";
}

TEST(Registry, ProposesTheNameThatWasMeant) {
    for (const auto& [wrong, right] :
         {std::pair{"lstm-beat-rnn", "lstm-beats-rnn"}, {"narrows", "l2-narrows-the-train-test-gap"}}) {
        try {
            (void)select_claims({wrong});
            ADD_FAILURE() << wrong;
        } catch (const UsageError& error) {
            EXPECT_THAT(error.what(), HasSubstr("did you mean"));
            EXPECT_THAT(error.what(), HasSubstr(right));
        }
    }
}

}  // namespace
}  // namespace cellwise::lab
