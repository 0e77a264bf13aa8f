// Vector types, register tiles and elementary functions, once per instruction set.
#if defined(CELLWISE_ENGINE_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_VECTORS_INL_H
#undef CELLWISE_ENGINE_VECTORS_INL_H
#else
#define CELLWISE_ENGINE_VECTORS_INL_H
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "engine/layout.h"

#if defined(__clang__)
#define CELLWISE_UNROLL _Pragma("unroll")
#else
#define CELLWISE_UNROLL _Pragma("GCC unroll 16")
#endif

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = HWY_FULL(float);
using Ints = hn::RebindToSigned<Floats>;
using V = hn::Vec<Floats>;
inline constexpr std::size_t kLanes = HWY_LANES(float);

// Accumulators that fit beside the operands: two thirds or so of the vector registers.
#if HWY_TARGET == HWY_AVX3 || HWY_ARCH_ARM_A64
inline constexpr int kAccumulators = 24;
#else
inline constexpr int kAccumulators = 12;
#endif

// Unit blocks of a SimpleRNN that one register tile takes.
inline constexpr int kSimpleRnnPanel = kAccumulators == 24 ? 4 : 2;

HWY_INLINE V Get(const float* p) { return hn::Load(Floats(), p); }
HWY_INLINE void Put(V v, float* p) { hn::Store(v, Floats(), p); }
HWY_INLINE V Fill(float x) { return hn::Set(Floats(), x); }
HWY_INLINE V Zeros() { return hn::Zero(Floats()); }

// Asks for kVectors vectors from `p` on that a tile reads or overwrites once its product is done: most are in
// the third-level cache or beyond, and the product's time hides the way from there.
template <int kVectors>
HWY_INLINE void FetchAhead(const float* p) {
    CELLWISE_UNROLL
    for (int v = 0; v < kVectors; ++v) hwy::Prefetch(p + static_cast<std::size_t>(v) * kLanes);
}

// 1 / x within an ulp or so, for normal x whose reciprocal is normal.
HWY_INLINE V Reciprocal(V x) {
#if HWY_TARGET == HWY_AVX3
    // Fourteen right bits from the table, then one Newton step: a third of a division's time.
    const V y = hn::ApproximateReciprocal(x);
    return hn::MulAdd(y, hn::NegMulAdd(x, y, Fill(1.0F)), y);
#else
    return hn::Div(Fill(1.0F), x);
#endif
}

// x · factor = whole + part with whole an integer and |part| ≤ ½. Returns part, and the bits of
// 2^whole less those of 1: to be added to the bits of a float in order to scale it by 2^whole.
struct Exponent {
    V part;
    hn::Vec<Ints> bits;
};
HWY_INLINE Exponent SplitExponent(V x, float factor) {
    const V rounder = Fill(12582912.0F);  // 1.5 · 2^23: the sum's low bits are the integer
    const V shifted = hn::MulAdd(x, Fill(factor), rounder);
    const V whole = hn::Sub(shifted, rounder);
    return {hn::MulSub(x, Fill(factor), whole), hn::ShiftLeft<23>(hn::BitCast(Ints(), shifted))};
}
HWY_INLINE V ScaleByBits(V x, hn::Vec<Ints> bits) {
    return hn::BitCast(Floats(), hn::Add(hn::BitCast(Ints(), x), bits));
}

inline constexpr float kLog2E = 1.44269504F;

// limit ≥ x ≥ −limit; NaN stays NaN, because x86 gives the second operand where one is: a model that diverged must not
// look healthy.
HWY_INLINE V Clamp(V x, float limit) { return hn::Min(Fill(limit), hn::Max(Fill(-limit), x)); }

// Each step of the functions below is taken for all kCount vectors before the next one: a processor looks some hundred
// operations ahead, too few to find the next vector's behind a chain of twenty.

// Splits the clamped x[i] · factor into e[i], and p[i] becomes the polynomial of its part, highest power first.
template <int kCount, std::size_t kTerms>
HWY_INLINE void ClampedPolynomial(const V (&x)[kCount], float limit, float factor, const float (&coefficients)[kTerms],
                                  Exponent (&e)[kCount], V (&p)[kCount]) {
    CELLWISE_UNROLL
    for (int i = 0; i < kCount; ++i) {
        e[i] = SplitExponent(Clamp(x[i], limit), factor);
        p[i] = Fill(coefficients[0]);
    }
    CELLWISE_UNROLL
    for (std::size_t term = 1; term < kTerms; ++term) {
        CELLWISE_UNROLL
        for (int i = 0; i < kCount; ++i) p[i] = hn::MulAdd(p[i], e[i].part, Fill(coefficients[term]));
    }
}

// 1 / (1 + e^−x), in place. The polynomial is the minimax one for 2^x on [−½, ½] with value 1 at 0.
template <int kCount>
HWY_INLINE void Sigmoid(V (&x)[kCount]) {
    constexpr float kCoefficients[] = {0.001326472731307149F, 0.009671512991189957F, 0.05550733581185341F,
                                       0.24022242426872253F,  0.6931470036506653F,   1.0F};
    Exponent e[kCount];
    V p[kCount];
    ClampedPolynomial(x, 87.0F, -kLog2E, kCoefficients, e, p);
    CELLWISE_UNROLL
    for (int i = 0; i < kCount; ++i) x[i] = Reciprocal(hn::Add(ScaleByBits(p[i], e[i].bits), Fill(1.0F)));
}

// (e^2x − 1) / (e^2x + 1), in place, through 2^y − 1, so that small x keep their relative precision. Beyond 9.02
// the result rounds to ±1. The polynomial is the minimax one for (2^x − 1) / x on [−½, ½].
template <int kCount>
HWY_INLINE void Tanh(V (&x)[kCount]) {
    constexpr float kCoefficients[] = {0.00015403512225020677F, 0.0013390735257416964F, 0.009618237614631653F,
                                       0.05550357326865196F,    0.24022649228572845F,   0.6931471824645996F};
    Exponent e[kCount];
    V p[kCount];
    ClampedPolynomial(x, 9.02F, 2 * kLog2E, kCoefficients, e, p);
    CELLWISE_UNROLL
    for (int i = 0; i < kCount; ++i) {
        p[i] = hn::Mul(p[i], e[i].part);  // 2^part − 1
        const V scale = ScaleByBits(Fill(1.0F), e[i].bits);
        p[i] = hn::MulAdd(scale, p[i], hn::Sub(scale, Fill(1.0F)));
    }
    CELLWISE_UNROLL
    for (int i = 0; i < kCount; ++i) x[i] = hn::Mul(p[i], Reciprocal(hn::Add(p[i], Fill(2.0F))));
}

// What multiplies: both factors float32. (bfloat16-inl.h has another.)
struct Float32Products {
    static constexpr Factors kFactors = Factors::float32;
    static HWY_INLINE V MultiplyAdd(V left, V right, V sum) { return hn::MulAdd(left, right, sum); }
};

template <class Products>
constexpr std::size_t PackedRows(std::size_t depth) {
    return packed_rows_of(Products::kFactors, depth);
}

// How often a product of so many rows stops to do something else in between: seldom enough to cost nothing.
constexpr std::size_t TurnsOf(std::size_t rows) { return rows < 32 ? 1 : rows < 256 ? 4 : rows / 32; }

// What a product does in between its multiply-adds: nothing.
struct NothingElse {
    [[nodiscard]] static constexpr std::size_t turns() { return 1; }
    void operator()(std::size_t /*turn*/) const {}
};

// accumulators[r][v] += Σ_k left[r·stride + k] · right[k·kVectors·kLanes + v·kLanes …] over k < rows, both as
// `Products` multiplies them. `between` is called for each of its turns, evenly spread over the rows.
template <class Products, int kRows, int kVectors, class Between>
HWY_INLINE void AddPackedRows(V (&accumulators)[kRows][kVectors], const float* HWY_RESTRICT left, std::size_t stride,
                              const float* HWY_RESTRICT right, std::size_t rows, const Between& between) {
    std::size_t k = 0;
    for (std::size_t turn = 0; turn < between.turns(); ++turn) {
        between(turn);
        for (const std::size_t end = (turn + 1) * rows / between.turns(); k < end; ++k, right += kVectors * kLanes) {
            V values[kVectors];
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) values[v] = Get(right + static_cast<std::size_t>(v) * kLanes);
            CELLWISE_UNROLL
            for (int r = 0; r < kRows; ++r) {
                const V factor = Fill(left[static_cast<std::size_t>(r) * stride + k]);
                CELLWISE_UNROLL
                for (int v = 0; v < kVectors; ++v) {
                    accumulators[r][v] = Products::MultiplyAdd(factor, values[v], accumulators[r][v]);
                }
            }
        }
    }
}

// accumulators[r][v] += Σ_k a[r·a_stride + k] · b's row k over k < depth; b is packed. `between` as above.
template <int kRows, int kVectors, class Between = NothingElse>
HWY_INLINE void AddProduct(Float32Products /*products*/, V (&accumulators)[kRows][kVectors],
                           const float* HWY_RESTRICT a, std::size_t a_stride, const float* HWY_RESTRICT b,
                           std::size_t depth, const Between& between = {}) {
    AddPackedRows<Float32Products>(accumulators, a, a_stride, b, depth, between);
}

// Calls tile.template Run<r>(first) over [0, rows) in tiles of nearly equal heights r ≤ kMax.
template <int kMax, class Tile>
HWY_INLINE void RunTile(const Tile& tile, std::size_t height, std::size_t first) {
    if constexpr (kMax > 0) {
        if (height == static_cast<std::size_t>(kMax)) {
            tile.template Run<kMax>(first);
        } else {
            RunTile<kMax - 1>(tile, height, first);
        }
    }
}
template <int kMax>
constexpr std::size_t TileCount(std::size_t rows) {
    return (rows + kMax - 1) / kMax;
}
template <int kMax, class Tile>
HWY_INLINE void RunTiles(const Tile& tile, std::size_t rows) {
    for (std::size_t first = 0; first < rows;) {
        const std::size_t left = rows - first;
        const std::size_t tiles = TileCount<kMax>(left);
        const std::size_t height = (left + tiles - 1) / tiles;
        RunTile<kMax>(tile, height, first);
        first += height;
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
