// Products whose factors are rounded to bfloat16 and whose sums are float32, for processors with AVX512_BF16.
#if defined(CELLWISE_ENGINE_BFLOAT16_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_BFLOAT16_INL_H
#undef CELLWISE_ENGINE_BFLOAT16_INL_H
#else
#define CELLWISE_ENGINE_BFLOAT16_INL_H
#endif

#include <algorithm>

#include "engine/kernels.h"
#include "engine/simd/vectors-inl.h"

#if HWY_TARGET == HWY_AVX3

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

// A cell, as large as a float, holds two factors that lie one behind the other in the depth of a product: the first in
// its lower half. The processor multiplies cells pairwise and adds both products to a float32.
struct BFloat16Products {
    static constexpr Factors kFactors = Factors::bfloat16;
    static HWY_INLINE V MultiplyAdd(V left, V right, V sum) {
        asm("vdpbf16ps %2, %1, %0" : "+v"(sum.raw) : "v"(left.raw), "v"(right.raw));
        return sum;
    }
};

// The lanes of `lower` and then those of `upper`, rounded to the nearest bfloat16: two a cell.
HWY_INLINE V RoundInOrder(V lower, V upper) {
    V cells;
    asm("vcvtne2ps2bf16 %2, %1, %0" : "=v"(cells.raw) : "v"(upper.raw), "v"(lower.raw));
    return cells;
}

// Cell i has lane i of `lower` and of `upper`.
HWY_INLINE V RoundSideBySide(V lower, V upper) {
    const auto apart = hn::BitCast(Ints(), RoundInOrder(lower, upper));
    HWY_ALIGN static constexpr std::uint16_t kOrder[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                           21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                           11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const __m512i order = _mm512_load_si512(kOrder);
    return hn::BitCast(Floats(), hn::Vec<Ints>{_mm512_permutexvar_epi16(order, apart.raw)});
}

// `count` floats and then zeros, at most a vector of them.
HWY_INLINE V LoadAtMost(const float* p, std::size_t count) {
    return count >= kLanes ? hn::LoadU(Floats(), p) : hn::MaskedLoad(hn::FirstN(Floats(), count), Floats(), p);
}

// As the one in float32, with `b` in cells; what `a` holds is rounded here.
template <int kRows, int kVectors, class Between = NothingElse>
HWY_INLINE void AddProduct(BFloat16Products /*products*/, V (&accumulators)[kRows][kVectors],
                           const float* HWY_RESTRICT a, std::size_t a_stride, const float* HWY_RESTRICT b,
                           std::size_t depth, const Between& between = {}) {
    constexpr std::size_t kDepth = 128;  // rounded at a time
    HWY_ALIGN float left[kRows][kDepth / 2];
    for (std::size_t begin = 0; begin < depth; begin += kDepth) {
        const std::size_t length = std::min(kDepth, depth - begin);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const float* const row = a + static_cast<std::size_t>(r) * a_stride + begin;
            for (std::size_t k = 0; k < length; k += 2 * kLanes) {
                const std::size_t rest = length - k;
                Put(RoundInOrder(LoadAtMost(row + k, rest),
                                 LoadAtMost(row + k + kLanes, rest > kLanes ? rest - kLanes : 0)),
                    left[r] + k / 2);
            }
        }
        const std::size_t cells = PackedRows<BFloat16Products>(length);
        if (begin == 0) {
            AddPackedRows<BFloat16Products>(accumulators, left[0], kDepth / 2, b, cells, between);
        } else {
            AddPackedRows<BFloat16Products>(accumulators, left[0], kDepth / 2, b, cells, NothingElse());
        }
        b += cells * kVectors * kLanes;
    }
}

// Rows 2i and 2i + 1 of `rows` go side by side into row i of `cells`; a last row without a second has zeros beside it.
HWY_INLINE void RoundRows(const float* rows, std::size_t stride, std::size_t count, std::size_t columns, float* cells,
                          std::size_t cell_stride) {
    for (std::size_t row = 0; row < count; row += 2, cells += cell_stride) {
        const float* const lower = rows + row * stride;
        for (std::size_t column = 0; column < columns; column += kLanes) {
            const V upper = row + 1 < count ? hn::LoadU(Floats(), lower + stride + column) : Zeros();
            Put(RoundSideBySide(hn::LoadU(Floats(), lower + column), upper), cells + column);
        }
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
#endif
