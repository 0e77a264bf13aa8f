#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <hwy/highway.h>
#include <array>
#include <cstdint>
#include <tuple>

#include "core/error.h"
#include "unit/engine_case.h"

namespace cellwise::engine {
namespace {

// Rounding of a few hundred float32 operations in a row, as a share of the size that rounding goes by.
constexpr double tolerance = 2e-6;

Case any_case() {
    Case c;
    c.cell = all_kinds[*rc::gen::inRange<std::size_t>(0, all_kinds.size())];
    c.batch = *rc::gen::inRange<std::size_t>(1, 40);
    c.steps = *rc::gen::inRange<std::size_t>(1, 14);
    c.input = *rc::gen::inRange<std::size_t>(1, 40);
    c.hidden = *rc::gen::inRange<std::size_t>(1, 72);
    c.vocabulary = *rc::gen::inRange<std::size_t>(1, 200);
    c.reverse = *rc::gen::arbitrary<bool>();
    c.dense = *rc::gen::arbitrary<bool>();
    c.sequence = *rc::gen::arbitrary<bool>();
    c.padding = *rc::gen::element<std::size_t>(0, 50, 100);
    c.seed = *rc::gen::inRange<std::uint64_t>(0, 1 << 30);
    return c;
}

Result run(const Case& c, int threads = 1, Switches switches = {}) {
    const CaseData data(c);
    ThreadPool pool(threads);
    RecurrentPass pass(data.options(switches));
    return data.run(pool, pass);
}

// RapidCheck says false with the counterexample printed.
void check_property(const std::function<void()>& property) { EXPECT_TRUE(rc::check(property)); }

TEST(EngineKernels, AgreeWithTheEquationsInFloat64) {
    ThreadPool pool(2);
    check_property([&] {
        const Case c = any_case();
        const CaseData data(c);
        RecurrentPass pass(data.options());
        const double error = largest_error(data, data.run(pool, pass), data.reference());
        if (error > tolerance) RC_FAIL(c.text() + ": error " + std::to_string(error));
    });
}

// The reference itself: its gradients are the slopes of its loss.
TEST(EngineKernels, AreComparedWithGradientsThatAreFiniteDifferences) {
    for (const CellKind cell : all_kinds) {
        Case c;
        c.cell = cell;
        c.batch = 3;
        c.steps = 5;
        c.input = 4;
        c.hidden = 6;
        c.dense = true;
        c.sequence = true;
        c.reverse = cell == CellKind::gru;
        const CaseData data(c);
        const std::vector<double> d_last(data.d_last.begin(), data.d_last.end());
        const std::vector<double> d_sequence(data.d_sequence.begin(), data.d_sequence.end());
        ReferenceLayer layer = data.reference();
        const auto loss = [&] {
            ReferenceLayer moved = layer;
            moved.run(d_last, d_sequence);
            double sum = 0;
            for (std::size_t i = 0; i < d_last.size(); ++i) sum += moved.last[i] * d_last[i];
            for (std::size_t i = 0; i < d_sequence.size(); ++i) sum += moved.sequence[i] * d_sequence[i];
            return sum;
        };
        const auto check = [&](std::vector<double>& values, const std::vector<double>& gradient, const char* name) {
            constexpr double step = 1e-5;
            for (std::size_t i = 0; i < values.size(); ++i) {
                const double before = values[i];
                values[i] = before + step;
                const double above = loss();
                values[i] = before - step;
                const double below = loss();
                values[i] = before;
                ASSERT_NEAR((above - below) / (2 * step), gradient[i], 1e-8 * (1 + std::abs(gradient[i])))
                    << name << " " << i << ", " << c.text();
            }
        };
        const ReferenceLayer truth = layer;
        check(layer.w_ih, truth.d_w_ih.value, "w_ih");
        check(layer.w_hh, truth.d_w_hh.value, "w_hh");
        check(layer.b_ih, truth.d_b_ih.value, "b_ih");
        check(layer.b_hh, truth.d_b_hh.value, "b_hh");
        check(layer.x, truth.d_x.value, "x");
    }
}

// Of every cell, in these sizes.
void expect_agreement(Case c) {
    ThreadPool pool(2);
    for (const CellKind cell : all_kinds) {
        c.cell = cell;
        const CaseData data(c);
        RecurrentPass pass(data.options());
        EXPECT_LT(largest_error(data, data.run(pool, pass), data.reference()), tolerance) << c.text();
    }
}

TEST(EngineKernels, AgreeFromOneUnitToManyAndFromOneStepToLongReviews) {
    for (const auto& [hidden, batch, steps] : {std::tuple{1, 1, 1}, std::tuple{256, 2, 3}, std::tuple{129, 70, 2},
                                               std::tuple{17, 1, 300}, std::tuple{200, 33, 1}}) {
        Case c;
        c.batch = static_cast<std::size_t>(batch);
        c.steps = static_cast<std::size_t>(steps);
        c.input = static_cast<std::size_t>(hidden) / 2 + 1;
        c.hidden = static_cast<std::size_t>(hidden);
        c.vocabulary = 90;
        expect_agreement(c);
    }
}

TEST(EngineKernels, AgreeAtTheTutorialsSizes) {
    Case c;
    c.batch = 40;
    c.steps = 30;
    c.input = 128;
    c.hidden = 64;
    c.vocabulary = 300;
    expect_agreement(c);
}

// A shared prefix of more steps than go into the weights' gradient at a time, behind which rows start one after
// another.
TEST(EngineKernels, AgreeWherePaddingIsLongerThanAChunk) {
    Case c;
    c.batch = 20;
    c.steps = 200;
    c.input = 9;
    c.hidden = 20;
    c.vocabulary = 50;
    c.padding = 100;
    expect_agreement(c);
}

constexpr std::array with_techniques_off{Switches{false, true}, Switches{true, false}, Switches{false, false}};

TEST(EngineKernels, GiveTheSameWithEachTechniqueOff) {
    check_property([] {
        Case c = any_case();
        c.dense = false;
        const CaseData data(c);
        const ReferenceLayer reference = data.reference();
        ThreadPool pool(1);
        for (const Switches switches : with_techniques_off) {
            RecurrentPass pass(data.options(switches));
            const double error = largest_error(data, data.run(pool, pass), reference);
            if (error > tolerance) RC_FAIL(c.text() + ": error " + std::to_string(error));
        }
    });
}

// The bias's gradient is 0.005, the sum of terms that are some hundred times larger.
TEST(EngineKernels, AgreeWhereTheTermsOfAGradientCancel) {
    Case c;
    c.cell = CellKind::simple_rnn;
    c.batch = 4;
    c.steps = 2;
    c.input = 4;
    c.vocabulary = 9;
    c.reverse = true;
    c.seed = 24157192;
    const CaseData data(c);
    const ReferenceLayer reference = data.reference();
    ASSERT_GT(reference.d_b_ih.size[0], 50 * std::abs(reference.d_b_ih.value[0]));
    ThreadPool pool(1);
    for (const Switches switches : with_techniques_off) {
        RecurrentPass pass(data.options(switches));
        EXPECT_LT(largest_error(data, data.run(pool, pass), reference), tolerance);
    }
}

TEST(EngineKernels, GiveTheSameBitsForAnyNumberOfThreads) {
    for (const CellKind cell : all_kinds) {
        Case c = case_of_blocks(cell);
        c.sequence = true;
        const Result one = run(c, 1);
        for (const int threads : {2, 3, 4}) EXPECT_EQ(run(c, threads), one) << c.text() << ", threads " << threads;
    }
}

// Where there are more threads than blocks of rows, they share the units of every step.
TEST(EngineKernels, GiveTheSameBitsWhereThreadsShareABlock) {
    Switches alone, shared;
    alone.least_shared_step = SIZE_MAX;
    shared.least_shared_step = 0;
    check_property([&] {
        Case c = any_case();
        c.batch = *rc::gen::inRange<std::size_t>(1, 70);  // up to six blocks
        c.steps = *rc::gen::inRange<std::size_t>(1, 80);  // up to a few chunks of positions
        c.hidden = *rc::gen::inRange<std::size_t>(1, 150);
        const int threads = *rc::gen::inRange(2, 9);
        RC_ASSERT(run(c, threads, shared) == run(c, 1, alone));
    });
}

TEST(EngineKernels, UseTheirMemoryAgain) {
    ThreadPool pool(2);
    Case c;
    c.input = 5;
    c.hidden = 20;
    RecurrentPass pass(CaseData(c).options());
    for (const std::size_t size : {30, 3, 35, 1}) {
        c.batch = size;
        c.steps = size;
        c.seed = size;
        EXPECT_EQ(CaseData(c).run(pool, pass), run(c)) << c.text();
    }
}

TEST(EngineKernels, KeepNothingForInferenceAndSayTheSame) {
    check_property([] {
        const Case c = any_case();
        const CaseData data(c);
        ThreadPool pool(*rc::gen::inRange(1, 5));
        Switches switches;
        if (*rc::gen::arbitrary<bool>()) switches.least_shared_step = 0;
        RecurrentPass pass(data.options(switches));
        const Result trained = data.run(pool, pass);
        std::vector<float> last(trained.last.size());
        std::vector<float> sequence(trained.sequence.size());
        pass.forward(pool, {data.w_ih.data(), data.w_hh.data(), data.b_ih.data(), data.b_hh.data()}, data.layer_input(),
                     {last.data(), sequence.data()}, false);
        RC_ASSERT(last == trained.last);
        RC_ASSERT(sequence == trained.sequence);
        pass.forward(pool, {data.w_ih.data(), data.w_hh.data(), data.b_ih.data(), data.b_hh.data()}, data.layer_input(),
                     {last.data(), nullptr}, false);
        RC_ASSERT(last == trained.last);
    });
}

TEST(EngineKernels, RefuseIdsOutsideTheTable) {
    Case c;
    c.batch = 3;
    c.steps = 4;
    CaseData data(c);
    ThreadPool pool(2);
    RecurrentPass pass(data.options());
    for (const std::int64_t id : {std::int64_t{-1}, std::int64_t{8}, std::int64_t{1} << 40}) {
        data.ids[7] = id;
        EXPECT_THROW((void)data.run(pool, pass), DataError);
    }
    data.ids[7] = 7;
    EXPECT_LT(largest_error(data, data.run(pool, pass), data.reference()), tolerance);
}

TEST(EngineKernels, AgreeOnEveryInstructionSet) {
    std::vector<std::string> names;
    for (std::int64_t targets = hwy::SupportedTargets(); targets != 0; targets &= targets - 1) {
        hwy::SetSupportedTargetsForTest(targets & -targets);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        const Kernels kernels = best_kernels();
        names.emplace_back(kernels.name);
        ThreadPool pool(2);
        for (const CellKind cell : all_kinds) {
            for (const std::size_t hidden : {1, 7, 33, 64}) {
                const Case c = uneven_case(cell, hidden);
                const CaseData data(c);
                RecurrentPass pass(data.options(), kernels);
                EXPECT_LT(largest_error(data, data.run(pool, pass), data.reference()), tolerance)
                    << kernels.name << ", " << c.text();
            }
        }
        hwy::SetSupportedTargetsForTest(0);
    }
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    EXPECT_GE(names.size(), 1U);
}

}  // namespace
}  // namespace cellwise::engine
