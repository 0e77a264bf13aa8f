#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "unit/engine_case.h"

// Gates driven to their ends, where what a cell gives can be said by hand, and numbers at the edge of float32.
namespace cellwise::engine {
namespace {

constexpr std::array all_kinds{CellKind::simple_rnn, CellKind::lstm, CellKind::gru, CellKind::gru_reset_before};

// A case without recurrent weights, whose gates get the given biases: one value a gate.
CaseData with_biases(CellKind cell, const std::vector<float>& biases) {
    CaseData data(Case{cell, 3, 5, 2, 20});
    std::fill(data.w_ih.begin(), data.w_ih.end(), 0.0F);
    std::fill(data.w_hh.begin(), data.w_hh.end(), 0.0F);
    std::fill(data.b_hh.begin(), data.b_hh.end(), 0.0F);
    for (std::size_t gate = 0; gate < biases.size(); ++gate) {
        std::fill_n(data.b_ih.begin() + static_cast<std::ptrdiff_t>(gate * data.test.hidden), data.test.hidden,
                    biases[gate]);
    }
    return data;
}

Result run(const CaseData& data) {
    ThreadPool pool(2);
    RecurrentPass pass(data.options());
    return data.run(pool, pass);
}

void expect_all(const std::vector<float>& values, double expected, const char* what) {
    for (const float value : values) ASSERT_NEAR(value, expected, 1e-6) << what;
}

constexpr float large = 1e6F;

TEST(SaturatedGates, GiveWhatTheFormulasSay) {
    expect_all(run(with_biases(CellKind::simple_rnn, {large})).last, 1, "tanh(∞)");
    expect_all(run(with_biases(CellKind::simple_rnn, {-large})).last, -1, "tanh(−∞)");
    // All gates open: the cell state counts the steps.
    expect_all(run(with_biases(CellKind::lstm, {large, large, large, large})).last, std::tanh(5.0), "c = 5");
    // Forget gate shut: only the last step.
    expect_all(run(with_biases(CellKind::lstm, {large, -large, large, large})).last, std::tanh(1.0), "c = 1");
    expect_all(run(with_biases(CellKind::lstm, {-large, large, large, large})).last, 0, "input gate shut");
    expect_all(run(with_biases(CellKind::lstm, {large, large, large, -large})).last, 0, "output gate shut");
    for (const auto cell : {CellKind::gru, CellKind::gru_reset_before}) {
        // Update gate z = 1 keeps the state of the beginning, 0; z = 0 takes the candidate.
        expect_all(run(with_biases(cell, {large, large, large})).last, 0, "z = 1");
        expect_all(run(with_biases(cell, {large, -large, -large})).last, -1, "z = 0, n = −1");
    }
}

TEST(SaturatedGates, HaveNoGradient) {
    for (const auto cell : all_kinds) {
        const auto gates = Case{cell}.gates();
        const auto result = run(with_biases(cell, std::vector<float>(gates, large)));
        for (const auto* gradient : {&result.w_ih, &result.w_hh, &result.b_ih, &result.b_hh, &result.input}) {
            for (const float value : *gradient) ASSERT_EQ(value, 0) << static_cast<int>(cell);
        }
    }
}

TEST(SaturatedGates, StatesStayInTheirRangeAtTheEdgeOfFloat32) {
    for (const auto cell : all_kinds) {
        for (const float size : {1e3F, 1e15F, 1e18F}) {
            CaseData data(Case{cell, 9, 12, 7, 20});
            for (auto* weights : {&data.w_ih, &data.w_hh, &data.b_ih, &data.b_hh, &data.table}) {
                for (float& value : *weights) value *= size;
            }
            const auto result = run(data);
            for (const float value : result.last) {
                ASSERT_TRUE(std::abs(value) <= 1)
                    << "cell " << static_cast<int>(cell) << ", size " << size << ": " << value;
            }
        }
    }
}

TEST(SaturatedGates, NotANumberIsPassedOn) {
    // Clamping must not hide a model that diverged.
    for (const auto cell : all_kinds) {
        CaseData data(Case{cell, 3, 5, 2, 20});
        data.w_ih[0] = std::numeric_limits<float>::quiet_NaN();
        const auto result = run(data);
        EXPECT_TRUE(std::any_of(result.last.begin(), result.last.end(), [](float value) { return std::isnan(value); }))
            << static_cast<int>(cell);
    }
}

}  // namespace
}  // namespace cellwise::engine
