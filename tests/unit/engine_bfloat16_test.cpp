#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>

#include "core/error.h"
#include "engine/buffer.h"
#include "unit/engine_case.h"

namespace cellwise::engine {
namespace {

// A number rounded to eight bits of mantissa, to even in the middle.
double rounded(float value) {
    if (value == 0) return 0;
    int exponent = 0;
    const double mantissa = std::frexp(static_cast<double>(value), &exponent);  // 0.5 ≤ |mantissa| < 1
    return std::ldexp(std::nearbyint(std::ldexp(mantissa, 8)), exponent - 8);
}

class BFloat16 : public testing::Test {
protected:
    void SetUp() override {
        if (!has_bfloat16_products()) GTEST_SKIP() << "this processor has no AVX512_BF16";
    }
};

// What one rounding of two neighbours gives, in the layout that the kernels read.
float cell(float first, float second) {
    const auto upper_half = [](double value) { return std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16U; };
    return std::bit_cast<float>(upper_half(rounded(first)) | upper_half(rounded(second)) << 16U);
}

std::vector<float> random_values(std::size_t count) {
    std::vector<float> values(count);
    for (auto& value : values) value = static_cast<float>(*rc::gen::inRange(-1000000, 1000000)) * 1e-6F;
    return values;
}

Buffer<float> aligned(const std::vector<float>& values) {
    Buffer<float> memory;
    std::copy(values.begin(), values.end(), memory.reserve(values.size()));
    return memory;
}

void check_property(const std::function<void()>& property) { EXPECT_TRUE(rc::check(property)); }

TEST_F(BFloat16, MultipliesTheRoundedFactors) {
    check_property([] {
        const Kernels kernels = best_kernels(Factors::bfloat16);
        const auto rows = *rc::gen::inRange<std::size_t>(1, 30);
        const auto pieces = *rc::gen::inRange<std::size_t>(1, 4);
        const auto length = pieces == 1 ? *rc::gen::inRange<std::size_t>(1, 300) : std::size_t{64};
        const auto columns = *rc::gen::inRange<std::size_t>(1, 5) * kernels.lanes;
        const std::size_t depth = pieces * length, stride = round_up(depth, kernels.lanes) + 16;
        const auto a = aligned(random_values(rows * stride));
        const auto b = random_values(depth * columns);
        const auto bias = aligned(random_values(columns));
        std::vector<float> packed;
        for (std::size_t panel = 0; panel < columns; panel += 2 * kernels.lanes) {
            for (std::size_t k = 0; k < depth; k += 2) {
                for (std::size_t i = panel; i < std::min(panel + 2 * kernels.lanes, columns); ++i) {
                    packed.push_back(cell(b[k * columns + i], k + 1 < depth ? b[(k + 1) * columns + i] : 0));
                }
            }
        }
        const auto right = aligned(packed);
        Buffer<float> result;
        Product product;
        product.rows = rows;
        product.a = a.data();
        product.a_stride = stride;
        product.pieces = pieces;
        product.piece_length = length;
        product.piece_stride = length;
        product.b = right.data();
        product.c = result.reserve(rows * columns);
        product.c_stride = columns;
        product.columns = columns;
        product.bias = bias.data();
        kernels.multiply(product);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t i = 0; i < columns; ++i) {
                double sum = bias.data()[i], size = std::abs(sum);
                for (std::size_t k = 0; k < depth; ++k) {
                    const double term = rounded(a.data()[row * stride + k]) * rounded(b[k * columns + i]);
                    sum += term;
                    size += std::abs(term);
                }
                RC_ASSERT(std::abs(result.data()[row * columns + i] - sum) <= 2e-6 * size);
            }
        }
    });
}

TEST_F(BFloat16, SumsOuterProductsOfTheRoundedFactors) {
    check_property([] {
        const Kernels kernels = best_kernels(Factors::bfloat16);
        const auto count = *rc::gen::inRange<std::size_t>(1, 200);
        const auto rows = *rc::gen::inRange<std::size_t>(1, 200);
        const auto panels = *rc::gen::inRange<std::size_t>(1, 4);
        const auto width = *rc::gen::inRange<std::size_t>(1, 5) * kernels.lanes;
        const std::size_t a_stride = round_up(rows, kernels.lanes), b_stride = panels * width;
        const auto a = aligned(random_values(count * a_stride));
        const auto b = aligned(random_values(count * b_stride));
        const auto before = random_values(rows * b_stride);
        auto result = aligned(before);
        OuterProduct outer;
        outer.count = count;
        outer.a = a.data();
        outer.a_stride = a_stride;
        outer.rows = rows;
        outer.b = b.data();
        outer.b_stride = b_stride;
        outer.panels = panels;
        outer.panel_width = outer.panel_stride = width;
        outer.c = result.data();
        outer.c_stride = b_stride;
        kernels.accumulate(outer);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t i = 0; i < b_stride; ++i) {
                double sum = before[row * b_stride + i], size = std::abs(sum);
                for (std::size_t n = 0; n < count; ++n) {
                    const double term = rounded(a.data()[n * a_stride + row]) * rounded(b.data()[n * b_stride + i]);
                    sum += term;
                    size += std::abs(term);
                }
                RC_ASSERT(std::abs(result.data()[row * b_stride + i] - sum) <= 2e-6 * size);
            }
        }
    });
}

LayerOptions options_of(const CaseData& data) {
    auto options = data.options();
    options.factors = Factors::bfloat16;
    return options;
}

// A factor's rounding is at most 2^-9 of it; steps pass it on.
TEST_F(BFloat16, LayersStayWithinTheRoundingOfTheirFactors) {
    for (const CellKind kind : all_kinds) {
        for (const std::size_t hidden : {1, 7, 33, 64}) {
            Case c = uneven_case(kind, hidden);
            c.dense = hidden == 7;
            const CaseData data(c);
            ThreadPool pool(2);
            RecurrentPass pass(options_of(data));
            const double error = largest_error(data, data.run(pool, pass), data.reference());
            EXPECT_LT(error, 0.01) << c.text();
            EXPECT_GT(error, 1e-5) << c.text() << ": as exact as float32, so nothing was rounded";
        }
    }
}

TEST_F(BFloat16, GivesTheSameBitsForAnyNumberOfThreads) {
    for (const CellKind kind : all_kinds) {
        const Case c = case_of_blocks(kind);
        const CaseData data(c);
        const auto run = [&](int threads, std::size_t least_shared_step) {
            ThreadPool pool(threads);
            auto options = options_of(data);
            options.switches.least_shared_step = least_shared_step;
            RecurrentPass pass(options);
            return data.run(pool, pass);
        };
        const Result one = run(1, SIZE_MAX);
        for (const int threads : {2, 3, 4, 8}) {
            EXPECT_EQ(run(threads, SIZE_MAX), one) << c.text() << ", threads " << threads;
            EXPECT_EQ(run(threads, 0), one) << c.text() << ", threads " << threads << " that share blocks";
        }
    }
}

TEST(BFloat16Products, AreRefusedWhereTheProcessorHasNone) {
    if (has_bfloat16_products()) GTEST_SKIP() << "this processor has them";
    EXPECT_THROW((void)best_kernels(Factors::bfloat16), EnvironmentError);
}

}  // namespace
}  // namespace cellwise::engine
