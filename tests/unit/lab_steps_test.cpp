#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "lab/difference_bounds.h"
#include "lab/gru_step.h"
#include "lab/lstm_step.h"
#include "lab/numeric_range.h"
#include "lab/state_comparison.h"
#include "lab/worked_sentence.h"

namespace cellwise::lab {
namespace {

using Vector = std::vector<double>;
using testing::DoubleNear;
using testing::Pointwise;

GateWeights<double> gate(Vector input_weight, Vector recurrent_weight, Vector bias) {
    GateWeights<double> result{Matrix<double>(2, 3), Matrix<double>(2, 2), std::move(bias)};
    result.input_weight.values = std::move(input_weight);
    result.recurrent_weight.values = std::move(recurrent_weight);
    return result;
}

// The expected values below were computed apart from this code with mpmath 1.3 at 50 digits, from the
// formulas in lstm_step.h and gru_step.h.
const GateWeights<double> first = gate({0.5, -0.3, 0.8, -1.2, 0.7, 0.1}, {0.6, -0.4, 0.2, 0.9}, {0.1, -0.2});
const GateWeights<double> second = gate({-0.7, 0.4, 1.1, 0.3, 0.2, -0.5}, {-0.1, 0.8, 0.7, -0.6}, {0.3, 0.05});
const GateWeights<double> third = gate({0.9, -1.0, 0.2, 0.15, 0.25, 0.35}, {0.45, 0.55, -0.65, 0.75}, {-0.4, 0.6});
const GateWeights<double> candidate = gate({1.3, 0.4, -0.9, -0.8, 1.5, 0.6}, {0.5, -0.2, 0.1, -0.3}, {0.0, 0.2});
const Vector input{0.2, 0.5, 0.1}, hidden_state{0.1, 0.2}, cell_state{0.4, -0.5};
const LstmWeights<double> lstm{first, second, third, candidate};
const GruWeights<double> gru{first, second, candidate, {0.25, -0.35}};

void expect_near(const Vector& values, const Vector& expected, double tolerance = 1e-15) {
    EXPECT_THAT(values, Pointwise(DoubleNear(tolerance), expected));
}

TEST(LstmStep, MatchesFiftyDigitArithmetic) {
    const auto step = lstm_step<double>(lstm, input, hidden_state, cell_state);
    expect_near(step.forget_gate, {0.52747230434459371, 0.52996405176457175});
    expect_near(step.input_gate, {0.65021854857382706, 0.52747230434459371});
    expect_near(step.output_gate, {0.36702522331953932, 0.70578502783701123});
    expect_near(step.candidate, {0.36270746757805111, 0.66403677026784896});
    expect_near(step.cell_state, {0.44682804486332631, 0.08527897950043801});
    expect_near(step.hidden_state, {0.15388933387954409, 0.060043142769366519});
}

TEST(GruStep, MatchesFiftyDigitArithmeticInEachConvention) {
    const auto expect_step = [](GruConvention convention, const Vector& new_content, const Vector& state) {
        const auto step = gru_step<double>(gru, convention, input, hidden_state);
        expect_near(step.reset_gate, {0.52747230434459371, 0.52996405176457175});
        expect_near(step.update_gate, {0.65021854857382706, 0.52747230434459371});
        expect_near(step.candidate, new_content);
        expect_near(step.hidden_state, state);
    };
    expect_step(GruConvention::notes, {0.35850996159587899, 0.67695783445264131},
                {0.26808797202074821, 0.45158204801394196});
    expect_step(GruConvention::torch, {0.46771601944518632, 0.56354605013878049},
                {0.2286202429941921, 0.37178557733670274});
    expect_step(GruConvention::keras_before, {0.35850996159587899, 0.67695783445264131},
                {0.19042198957513078, 0.42537578643869935});
}

TEST(GruStep, ConventionsMeetWhenRewrittenAndTheResetGateIsOpen) {
    Random random(5, "test");
    for (int round = 0; round < 20; ++round) {
        auto weights = random_gru_weights(4, 5, random);
        for (double& bias : weights.candidate_recurrent_bias) bias = random.normal();
        const Vector x{1, -2, 0.5, 3}, h{0.1, -0.2, 0.3, -0.4, 0.5};
        const auto rewritten = rewritten_for_notes(weights);
        const auto torch_step = gru_step<double>(weights, GruConvention::torch, x, h);
        const auto notes_step = gru_step<double>(rewritten, GruConvention::notes, x, h);
        for (std::size_t j = 0; j < 5; ++j) {
            EXPECT_NEAR(notes_step.update_gate[j], 1 - torch_step.update_gate[j], 1e-15);
        }
        const auto open = with_open_reset_gate(weights);
        expect_near(gru_step<double>(rewritten_for_notes(open), GruConvention::notes, x, h).hidden_state,
                    gru_step<double>(open, GruConvention::torch, x, h).hidden_state, 1e-14);
    }
}

TEST(LstmStep, SaturatedGatesKeepOrReplaceTheMemoryExactly) {
    auto weights = zero_lstm_weights(3, 2);
    weights.forget_gate.bias = {1000, -1000};  // keep, drop
    weights.input_gate.bias = {-1000, 1000};   // store nothing, store all
    weights.candidate.bias = {0.3, 0.3};
    const auto step = lstm_step<double>(weights, input, hidden_state, cell_state);
    EXPECT_EQ(step.cell_state, (Vector{0.4, std::tanh(0.3)}));
}

TEST(Steps, RefuseLengthsThatDoNotFit) {
    EXPECT_THROW((void)lstm_step<double>(lstm, hidden_state, hidden_state, cell_state), InternalError);
    EXPECT_THROW((void)lstm_step<double>(lstm, input, input, cell_state), InternalError);
    EXPECT_THROW((void)lstm_step<double>(lstm, input, hidden_state, input), InternalError);
    EXPECT_THROW((void)gru_step<double>(gru, GruConvention::notes, input, input), InternalError);
}

TEST(DifferenceBounds, HoldForFloat32AgainstFloat64) {
    // A float32 step and a float64 step on the same float32 numbers are two honest computations, so
    // their difference is within the float32 bounds, from small weights to huge ones.
    Random random(11, "test");
    for (const double scale : {0.01, 1.0, 100.0, 1e6, 1e12}) {
        for (int round = 0; round < 100; ++round) {
            const auto weights = convert<float>(random_lstm_weights(6, 4, random, scale));
            std::vector<float> x(6), h(4), c(4);
            for (auto* values : {&x, &h, &c}) {
                for (float& value : *values) value = static_cast<float>(random.normal());
            }
            const auto in_float32 = lstm_step<float>(weights, x, h, c);
            const auto in_float64 =
                lstm_step<double>(convert<double>(weights), convert<double>(x), convert<double>(h), convert<double>(c));
            const auto bounds = lstm_difference_bounds<float>(weights, x, h, c);
            for (std::size_t j = 0; j < 4; ++j) {
                EXPECT_LE(std::abs(static_cast<double>(in_float32.cell_state[j]) - in_float64.cell_state[j]),
                          bounds.cell_state[j]);
                EXPECT_LE(std::abs(static_cast<double>(in_float32.hidden_state[j]) - in_float64.hidden_state[j]),
                          bounds.hidden_state[j]);
            }
        }
    }
}

TEST(DifferenceBounds, StaySharpWhereTheGatesAreSaturated) {
    auto weights = convert<float>(zero_lstm_weights(3, 2));
    for (auto* gate_weights : {&weights.forget_gate, &weights.input_gate, &weights.output_gate, &weights.candidate}) {
        gate_weights->bias = {1e6F, 1e6F};
    }
    const auto bounds = lstm_difference_bounds<float>(weights, convert<float>(input), convert<float>(hidden_state),
                                                      convert<float>(cell_state));
    EXPECT_LT(bounds.cell_state[0], 2e-6);
    EXPECT_LT(bounds.hidden_state[0], 2e-6);
}

TEST(StateComparison, TakesNoNumberForADifference) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    StateComparison comparison;
    comparison.add<double>({nan, 1}, {1, 1}, {1e9, 1e9}, 1);
    EXPECT_FALSE(comparison.agrees());
    EXPECT_TRUE(std::isnan(comparison.largest_difference()));
    EXPECT_THROW(comparison.add<double>({1}, {1, 2}, {1, 1}, 1), InternalError);
}

TEST(StateComparison, JudgesEachElementByItsOwnTolerance) {
    StateComparison comparison;
    comparison.add<double>({0, 0}, {0.5, 1e-3}, {1, 1e-9}, 1e-6);
    EXPECT_FALSE(comparison.agrees());
    EXPECT_EQ(comparison.largest_difference(), 0.5);
    EXPECT_EQ(comparison.tolerance(), 1e-6) << "the tolerance of the element beyond it, not the widest one";
}

TEST(NumericRange, FindsSumsThatOverflow) {
    auto weights = lstm;
    EXPECT_TRUE(fits_in<float>(weights, input, hidden_state, cell_state));
    weights.output_gate.input_weight.values[0] = 1e39;
    EXPECT_FALSE(fits_in<float>(weights, Vector{0, 0, 0}, hidden_state, cell_state)) << "0·∞ is not a number";
    EXPECT_TRUE(fits_in<double>(weights, input, hidden_state, cell_state));
    EXPECT_FALSE(fits_in<double>(weights, Vector{1e300, 0, 0}, hidden_state, cell_state));
    EXPECT_FALSE(fits_in<double>(lstm, input, hidden_state, Vector{1e308, 1}));
}

TEST(RandomWeights, DependOnTheSeedAndAreDrawnMatrixByMatrix) {
    Random random(0, "weights"), again(0, "weights");
    const auto weights = random_lstm_weights(3, 3, random);
    EXPECT_EQ(weights.forget_gate.input_weight.values[0], again.normal()) << "Wf comes first";
    EXPECT_NE(weights.forget_gate.input_weight.values, weights.input_gate.input_weight.values);
}

TEST(WorkedSentence, HoldsTheTutorialsNumbers) {
    const auto sentence = worked_sentence();
    const auto steps = read_sentence(sentence);
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_EQ(sentence.weights.forget_gate.input_weight.row(0)[0], 0.1);
    EXPECT_NEAR(steps[0].step.forget_gate[0], 0.52497918747894, 1e-14) << "σ(0.1)";
    EXPECT_NEAR(steps[0].step.input_gate[0], 0.549833997312478, 1e-14) << "σ(0.2)";
    for (std::size_t t = 1; t < 3; ++t) EXPECT_EQ(steps[t].cell_before, steps[t - 1].step.cell_state);
}

TEST(WorkedSentence, PredictsTheVerbOnlyOnceTheObjectIsRead) {
    // Expected probabilities: numpy 2.4 in float64, from the weights that the program prints.
    const auto sentence = worked_sentence();
    const auto steps = read_sentence(sentence);
    const auto& vocabulary = sentence.readout.vocabulary;
    const auto best = [&](std::size_t t) {
        const auto& shares = steps[t].next_word_probability;
        EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-15);
        return vocabulary[static_cast<std::size_t>(std::ranges::max_element(shares) - shares.begin())];
    };
    EXPECT_EQ(best(1), "일어납니다");
    EXPECT_EQ(best(2), "읽습니다");
    EXPECT_NEAR(steps[2].next_word_probability[0], 0.788, 5e-4);
    EXPECT_NEAR(steps[2].step.cell_state[0], 1.00432765, 5e-9);
}

TEST(WorkedSentence, ScoresSurviveHugeWeights) {
    const NextWordReadout readout{{"a", "b"}, Matrix<double>(2, 1), {1000, 0}};
    EXPECT_EQ(readout.probabilities(Vector{1}), (Vector{1, 0}));
}

}  // namespace
}  // namespace cellwise::lab
