// Matrix products with packed right sides, and sums of gathered rows.
#if defined(CELLWISE_ENGINE_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_PRODUCTS_INL_H
#undef CELLWISE_ENGINE_PRODUCTS_INL_H
#else
#define CELLWISE_ENGINE_PRODUCTS_INL_H
#endif

#include "engine/kernels.h"
#include "engine/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

// One panel of kVectors vectors of columns of a product.
template <int kVectors>
struct ProductPanel {
    const Product& product;
    const float* b;
    std::size_t column;

    template <int kRows>
    HWY_NOINLINE void Run(std::size_t first) const {
        V sums[kRows][kVectors];
        float* const c = product.c + first * product.c_stride + column;
        const float* const start = product.add ? c : product.bias != nullptr ? product.bias + column : nullptr;
        const std::size_t start_stride = product.add ? product.c_stride : 0;
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                sums[r][v] = start == nullptr ? Zeros()
                                              : Get(start + static_cast<std::size_t>(r) * start_stride +
                                                    static_cast<std::size_t>(v) * kLanes);
            }
        }
        const float* a = product.a + first * product.a_stride;
        const float* right = b;
        for (std::size_t piece = 0; piece < product.pieces; ++piece) {
            AddProduct<kRows, kVectors>(sums, a, product.a_stride, right, product.piece_length);
            a += product.piece_stride;
            right += product.piece_length * kVectors * kLanes;
        }
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                Put(sums[r][v],
                    c + static_cast<std::size_t>(r) * product.c_stride + static_cast<std::size_t>(v) * kLanes);
            }
        }
    }
};

inline void Multiply(const Product& product) {
    const std::size_t depth = product.pieces * product.piece_length;
    const float* b = product.b;
    std::size_t column = 0;
    for (; column + 2 * kLanes <= product.columns; column += 2 * kLanes) {
        RunTiles<kAccumulators / 2>(ProductPanel<2>{product, b, column}, product.rows);
        b += depth * 2 * kLanes;
    }
    if (column < product.columns) {
        RunTiles<kAccumulators / 2>(ProductPanel<1>{product, b, column}, product.rows);
    }
}

template <int kVectors>
struct OuterPanel {
    const OuterProduct& outer;
    const float* b;
    float* c;

    template <int kRows>
    HWY_NOINLINE void Run(std::size_t first) const {
        V sums[kRows][kVectors];
        float* const out = c + first * outer.c_stride;
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                sums[r][v] =
                    Get(out + static_cast<std::size_t>(r) * outer.c_stride + static_cast<std::size_t>(v) * kLanes);
            }
        }
        const float* HWY_RESTRICT a = outer.a + first;
        const float* HWY_RESTRICT right = b;
        for (std::size_t n = 0; n < outer.count; ++n, a += outer.a_stride, right += outer.b_stride) {
            V values[kVectors];
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) values[v] = Get(right + static_cast<std::size_t>(v) * kLanes);
            CELLWISE_UNROLL
            for (int r = 0; r < kRows; ++r) {
                const V left = Fill(a[r]);
                CELLWISE_UNROLL
                for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(left, values[v], sums[r][v]);
            }
        }
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                Put(sums[r][v],
                    out + static_cast<std::size_t>(r) * outer.c_stride + static_cast<std::size_t>(v) * kLanes);
            }
        }
    }
};

inline void Accumulate(const OuterProduct& outer) {
    for (std::size_t panel = 0; panel < outer.panels; ++panel) {
        const float* const b = outer.b + panel * outer.panel_stride;
        float* const c = outer.c + panel * outer.panel_width;
        switch (outer.panel_width / kLanes) {
            case 1:
                RunTiles<HWY_MIN(kAccumulators, 12)>(OuterPanel<1>{outer, b, c}, outer.rows);
                break;
            case 2:
                RunTiles<kAccumulators / 2>(OuterPanel<2>{outer, b, c}, outer.rows);
                break;
            case 3:
                RunTiles<kAccumulators / 3>(OuterPanel<3>{outer, b, c}, outer.rows);
                break;
            default:
                RunTiles<kAccumulators / 4>(OuterPanel<4>{outer, b, c}, outer.rows);
                break;
        }
    }
}

// Rows that a gathered sum asks for ahead of its additions, and vectors of a row that it takes at once.
inline constexpr std::size_t kGatherDistance = 6;
inline constexpr int kWidestSum = kAccumulators == 24 ? 16 : 8;

// kVectors vectors of every row, from `column` on.
template <int kVectors>
HWY_INLINE void SumColumns(const GatherSum& gather, std::size_t column) {
    V sums[kVectors];
    CELLWISE_UNROLL
    for (int v = 0; v < kVectors; ++v) sums[v] = Zeros();
    const auto row_at = [&](std::size_t i) HWY_ATTR {
        return gather.source + static_cast<std::size_t>(gather.rows[i]) * gather.width + column;
    };
    for (std::size_t i = 0; i < gather.count; ++i) {
        // `rows` goes on with the rows of the sums that come next.
        if (i + kGatherDistance < gather.readable) FetchAhead<kVectors>(row_at(i + kGatherDistance));
        const float* const row = row_at(i);
        CELLWISE_UNROLL
        for (int v = 0; v < kVectors; ++v) sums[v] = hn::Add(sums[v], Get(row + static_cast<std::size_t>(v) * kLanes));
    }
    CELLWISE_UNROLL
    for (int v = 0; v < kVectors; ++v) Put(sums[v], gather.out + column + static_cast<std::size_t>(v) * kLanes);
}

inline void SumGathered(const GatherSum& gather) {
    std::size_t column = 0;
    for (; column + kWidestSum * kLanes <= gather.width; column += kWidestSum * kLanes) {
        SumColumns<kWidestSum>(gather, column);
    }
    for (; column + 4 * kLanes <= gather.width; column += 4 * kLanes) SumColumns<4>(gather, column);
    for (; column < gather.width; column += kLanes) SumColumns<1>(gather, column);
}

inline void AddTo(float* sum, const float* addend, std::size_t count) {
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        const V total = hn::Add(hn::LoadU(Floats(), sum + i), hn::LoadU(Floats(), addend + i));
        hn::StoreU(total, Floats(), sum + i);
    }
    for (; i < count; ++i) sum[i] += addend[i];
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
