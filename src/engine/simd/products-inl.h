// Matrix products with packed right sides, and sums of gathered rows.
#if defined(CELLWISE_ENGINE_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_PRODUCTS_INL_H
#undef CELLWISE_ENGINE_PRODUCTS_INL_H
#else
#define CELLWISE_ENGINE_PRODUCTS_INL_H
#endif

#include <algorithm>

#include "engine/kernels.h"
#include "engine/simd/bfloat16-inl.h"
#include "engine/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

// What panels of a product fetch in between their multiply-adds: `For` gives each piece of a tile its turns
// (AddPackedRows' `between`). This one asks for the rows of the result that the tile will write.
struct FetchResult {
    template <int kRows, int kVectors>
    struct Turns {
        float* c;
        std::size_t stride;
        std::size_t depth;
        [[nodiscard]] HWY_INLINE std::size_t turns() const { return TurnsOf(depth); }
        HWY_INLINE void operator()(std::size_t turn) const {
            for (std::size_t r = turn; r < kRows; r += turns()) FetchAhead<kVectors>(c + r * stride);
        }
    };
    template <int kRows, int kVectors>
    HWY_INLINE Turns<kRows, kVectors> For(float* c, std::size_t stride, std::size_t depth) const {
        return {c, stride, depth};
    }
};

// This one asks for a SoonRead in equal parts, one after another.
class FetchSoon {
public:
    // The product has `pieces` pieces of piece_length over all its tiles.
    FetchSoon(const SoonRead& soon, std::size_t pieces, std::size_t piece_length) : turns_(TurnsOf(piece_length)) {
        std::size_t lines = 0;
        for (std::size_t i = 0; i < SoonRead::most; ++i) {
            next_[i] = soon.ranges[i].begin;
            left_[i] = (soon.ranges[i].count + floats_of_a_line - 1) / floats_of_a_line;
            lines += left_[i];
        }
        at_once_ = (lines + pieces * turns_ - 1) / (pieces * turns_);
    }

    struct Turns {
        FetchSoon& fetch;
        [[nodiscard]] HWY_INLINE std::size_t turns() const { return fetch.turns_; }
        HWY_INLINE void operator()(std::size_t /*turn*/) const { fetch.Take(); }
    };
    template <int kRows, int kVectors>
    HWY_INLINE Turns For(float* /*c*/, std::size_t /*stride*/, std::size_t /*depth*/) {
        return {*this};
    }

private:
    HWY_INLINE void Take() {
        std::size_t wanted = at_once_;
        for (std::size_t i = 0; i < SoonRead::most; ++i) {
            const std::size_t lines = HWY_MIN(wanted, left_[i]);
            for (std::size_t line = 0; line < lines; ++line) hwy::Prefetch(next_[i] + line * floats_of_a_line);
            next_[i] += lines * floats_of_a_line;
            left_[i] -= lines;
            wanted -= lines;
        }
    }

    std::size_t turns_;    // of a piece
    std::size_t at_once_;  // lines of a turn
    const float* next_[SoonRead::most];
    std::size_t left_[SoonRead::most];  // lines
};

// One panel of kVectors vectors of columns of a product.
template <class Products, int kVectors, class Fetch>
struct ProductPanel {
    const Product& product;
    const float* b;
    std::size_t column;
    Fetch& fetch;

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
            AddProduct<kRows, kVectors>(Products(), sums, a, product.a_stride, right, product.piece_length,
                                        fetch.template For<kRows, kVectors>(c, product.c_stride, product.piece_length));
            a += product.piece_stride;
            right += PackedRows<Products>(product.piece_length) * kVectors * kLanes;
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

template <class Products, class Fetch>
void MultiplyPanels(const Product& product, Fetch fetch) {
    const std::size_t depth = product.pieces * PackedRows<Products>(product.piece_length);
    const float* b = product.b;
    std::size_t column = 0;
    for (; column + 2 * kLanes <= product.columns; column += 2 * kLanes) {
        RunTiles<kAccumulators / 2>(ProductPanel<Products, 2, Fetch>{product, b, column, fetch}, product.rows);
        b += depth * 2 * kLanes;
    }
    if (column < product.columns) {
        RunTiles<kAccumulators / 2>(ProductPanel<Products, 1, Fetch>{product, b, column, fetch}, product.rows);
    }
}

template <class Products>
void Multiply(const Product& product) {
    if (product.rows == 0 || product.columns == 0) return;
    if (product.soon == nullptr) return MultiplyPanels<Products>(product, FetchResult());
    const std::size_t tiles = TileCount<kAccumulators / 2>(product.rows);
    const std::size_t panels = (product.columns + 2 * kLanes - 1) / (2 * kLanes);
    MultiplyPanels<Products>(product, FetchSoon(*product.soon, tiles * panels * product.pieces, product.piece_length));
}

template <class Products, int kVectors>
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
                for (int v = 0; v < kVectors; ++v) {
                    sums[r][v] = Products::MultiplyAdd(left, values[v], sums[r][v]);
                }
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

// A panel of any width, over all rows of the result.
template <class Products>
void RunOuterPanel(const OuterProduct& outer, const float* b, float* c) {
    switch (outer.panel_width / kLanes) {
        case 1:
            RunTiles<HWY_MIN(kAccumulators, 12)>(OuterPanel<Products, 1>{outer, b, c}, outer.rows);
            break;
        case 2:
            RunTiles<kAccumulators / 2>(OuterPanel<Products, 2>{outer, b, c}, outer.rows);
            break;
        case 3:
            RunTiles<kAccumulators / 3>(OuterPanel<Products, 3>{outer, b, c}, outer.rows);
            break;
        default:
            RunTiles<kAccumulators / 4>(OuterPanel<Products, 4>{outer, b, c}, outer.rows);
            break;
    }
}

inline void Accumulate(Float32Products /*products*/, const OuterProduct& outer) {
    for (std::size_t panel = 0; panel < outer.panels; ++panel) {
        RunOuterPanel<Float32Products>(outer, outer.b + panel * outer.panel_stride,
                                       outer.c + panel * outer.panel_width);
    }
}

#if HWY_TARGET == HWY_AVX3
// Some rows of A and B at a time, rounded two by two to cells: then it is the product of the cells' rows.
inline void Accumulate(BFloat16Products /*products*/, const OuterProduct& outer) {
    constexpr std::size_t kRows = 80, kColumns = 128, kWidest = 4 * kLanes;
    HWY_ALIGN float left[kRows / 2 * kColumns];
    HWY_ALIGN float right[kRows / 2 * kWidest];
    for (std::size_t first = 0; first < outer.count; first += kRows) {
        const std::size_t count = std::min(kRows, outer.count - first);
        OuterProduct cells;
        cells.count = (count + 1) / 2;
        cells.a = left;
        cells.a_stride = kColumns;
        cells.b_stride = outer.panel_width;
        cells.panel_width = outer.panel_width;
        cells.c_stride = outer.c_stride;
        for (std::size_t column = 0; column < outer.rows; column += kColumns) {
            cells.rows = std::min(kColumns, outer.rows - column);
            RoundRows(outer.a + first * outer.a_stride + column, outer.a_stride, count, round_up(cells.rows, kLanes),
                      left, kColumns);
            for (std::size_t panel = 0; panel < outer.panels; ++panel) {
                RoundRows(outer.b + first * outer.b_stride + panel * outer.panel_stride, outer.b_stride, count,
                          outer.panel_width, right, outer.panel_width);
                RunOuterPanel<BFloat16Products>(cells, right,
                                                outer.c + column * outer.c_stride + panel * outer.panel_width);
            }
        }
    }
}
#endif

template <class Products>
void AccumulateWith(const OuterProduct& outer) {
    Accumulate(Products(), outer);
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
