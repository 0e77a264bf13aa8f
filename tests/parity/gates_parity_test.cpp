#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "lab/gru_shape.h"
#include "lab/torch_check.h"

// The hand-written steps against torch::nn's cells over random sizes and scales, and the other way
// round: gates that are stacked in a wrong order never pass, whatever the sizes and scales.

namespace cellwise::lab {
namespace {

/// A random step: sizes 1 … 24, weights and states from tiny to huge.
struct Problem {
    std::size_t inputs, units;
    double weight_scale, state_scale;
    Random random;

    static Problem any() {
        const auto exponent = [] { return std::pow(10.0, *rc::gen::inRange(-3, 7)); };
        return {*rc::gen::inRange<std::size_t>(1, 25), *rc::gen::inRange<std::size_t>(1, 25), exponent(), exponent(),
                Random(*rc::gen::arbitrary<std::uint64_t>(), "problem")};
    }
    template <class Real>
    std::vector<Real> values(std::size_t count, double scale) {
        std::vector<Real> result(count);
        for (Real& value : result) value = static_cast<Real>(scale * random.normal());
        return result;
    }
    template <class Real>
    StepCheck check_lstm(const LstmGateOrder& order = torch_lstm_gate_order) {
        const auto weights = convert<Real>(random_lstm_weights(inputs, units, random, weight_scale));
        return check_lstm_step<Real>(weights, values<Real>(inputs, state_scale), values<Real>(units, state_scale),
                                     values<Real>(units, state_scale), order);
    }
    template <class Real>
    StepCheck check_gru(GruConvention convention, const GruGateOrder& order = torch_gru_gate_order) {
        auto weights = random_gru_weights(inputs, units, random, weight_scale);
        weights.candidate_recurrent_bias = values<double>(units, weight_scale);
        return check_gru_step<Real>(convert<Real>(weights), convention, values<Real>(inputs, state_scale),
                                    values<Real>(units, state_scale), order);
    }
};

template <class Check>
void expect_property(const char* what, Check check) {
    EXPECT_TRUE(rc::check(what, check));
}

GruConvention any_convention() { return *rc::gen::elementOf(all_gru_conventions); }

TEST(GatesParity, HonestLstmStepsAgreeAtEverySizeAndScale) {
    expect_property("float32", [] { RC_ASSERT(Problem::any().check_lstm<float>().agrees()); });
    expect_property("float64", [] { RC_ASSERT(Problem::any().check_lstm<double>().agrees()); });
}

TEST(GatesParity, HonestGruStepsAgreeAtEverySizeAndScale) {
    expect_property("float32", [] { RC_ASSERT(Problem::any().check_gru<float>(any_convention()).agrees()); });
    expect_property("float64", [] { RC_ASSERT(Problem::any().check_gru<double>(any_convention()).agrees()); });
}

TEST(GatesParity, OrdinaryWeightsAgreeWithinTheBaseTolerance) {
    Random random(3, "problem");
    for (int round = 0; round < 50; ++round) {
        Problem problem{3, 3, 1, 0.5, Random(random.bits(), "problem")};
        EXPECT_LT(problem.check_lstm<float>().state.largest_difference(), 1e-6);
        EXPECT_LT(problem.check_lstm<double>().state.largest_difference(), 1e-12);
        for (const auto convention : all_gru_conventions) {
            EXPECT_LT(problem.check_gru<float>(convention).state.largest_difference(), 1e-6);
            EXPECT_LT(problem.check_gru<double>(convention).state.largest_difference(), 1e-12);
        }
    }
}

TEST(GatesParity, AWrongLstmGateOrderNeverAgrees) {
    LstmGateOrder order{LstmGate::forget, LstmGate::input, LstmGate::output, LstmGate::candidate};
    do {
        if (order == torch_lstm_gate_order) continue;
        const auto any_problem = [&] {
            RC_ASSERT_FALSE(Problem::any().check_lstm<float>(order).agrees());
            RC_ASSERT_FALSE(Problem::any().check_lstm<double>(order).agrees());
        };
        expect_property("permuted", any_problem);
    } while (std::ranges::next_permutation(order).found);
}

TEST(GatesParity, AWrongGruGateOrderNeverAgrees) {
    GruGateOrder order{GruGate::reset, GruGate::update, GruGate::candidate};
    do {
        if (order == torch_gru_gate_order) continue;
        expect_property("permuted", [&] {
            RC_ASSERT_FALSE(Problem::any().check_gru<float>(any_convention(), order).agrees());
            RC_ASSERT_FALSE(Problem::any().check_gru<double>(any_convention(), order).agrees());
        });
    } while (std::ranges::next_permutation(order).found);
}

TEST(GatesParity, AWrongOrderIsFoundEvenWhereSaturatedGatesHideIt) {
    // Every gate at its upper end: the new state is the same in any order, only the probe can tell.
    auto weights = zero_lstm_weights(2, 2);
    for_each_lstm_gate(weights, [](auto, auto& gate) { gate.bias = {1000, 1000}; });
    const std::vector<double> ones{1, 1};
    const LstmGateOrder wrong{LstmGate::forget, LstmGate::input, LstmGate::candidate, LstmGate::output};
    const auto check = check_lstm_step<double>(weights, ones, ones, ones, wrong);
    EXPECT_TRUE(check.state.agrees());
    EXPECT_FALSE(check.probe.agrees());
    EXPECT_FALSE(check.agrees());
}

TEST(GatesParity, TheGruShapeExampleHasTheTutorialsShapes) {
    using Shape = std::vector<std::int64_t>;
    for (const std::uint64_t seed : {0, 1, 2}) {
        const auto run = run_gru_shape_example<double>(seed);
        EXPECT_EQ(run.input_shape, (Shape{5, 3, 10}));
        EXPECT_EQ(run.initial_shape, (Shape{1, 5, 20}));
        EXPECT_EQ(run.output_shape, (Shape{5, 3, 20}));
        EXPECT_EQ(run.final_shape, (Shape{1, 5, 20}));
        EXPECT_TRUE(run.comparison.agrees());
        EXPECT_TRUE(run_gru_shape_example<float>(seed).comparison.agrees());
    }
}

}  // namespace
}  // namespace cellwise::lab
