// One step of a block of rows: the recurrent product, the gates and the new state in one go.
#if defined(CELLWISE_ENGINE_FORWARD_CELLS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_FORWARD_CELLS_INL_H
#undef CELLWISE_ENGINE_FORWARD_CELLS_INL_H
#else
#define CELLWISE_ENGINE_FORWARD_CELLS_INL_H
#endif

#include "engine/kernels.h"
#include "engine/simd/bfloat16-inl.h"
#include "engine/simd/stages-inl.h"
#include "engine/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

// One step of a block: where its active rows read and write.
struct ForwardStep {
    std::size_t rows;
    const float* hidden_in;
    float* hidden_out;
    const float* cell_in;
    float* cell_out;
    float* gates;  // null: not kept
    float* reset_hidden;
    const std::int32_t* projection_rows;
};

HWY_INLINE const float* ProjectionOf(const ForwardBlock& block, const ForwardStep& step, std::size_t row) {
    return block.projection + static_cast<std::size_t>(step.projection_rows[row]) * block.layout->projection_columns;
}

// A row's gates of one unit block among those that the step keeps.
template <std::size_t kSlots>
HWY_INLINE float* GatesOf(const ForwardStep& step, std::size_t unit_block, std::size_t row) {
    return step.gates + (unit_block * step.rows + row) * kSlots * kLanes;
}

// What a tile does in between its product's multiply-adds: it asks for what its rows read after that, which may come
// from another core, and then for what they overwrite. kColumns vectors of a row's projection, kKept of its gates.
template <int kRows, int kColumns, int kStates, std::size_t kKept>
struct FetchRows {
    const ForwardStep& step;
    const float* const (&x)[kRows];
    std::size_t width, unit_block, first;

    // Two of the 2 · kRows pieces a turn, where the product is long enough.
    [[nodiscard]] HWY_INLINE std::size_t turns() const { return TurnsOf(width) == 1 ? 1 : kRows; }
    HWY_INLINE void operator()(std::size_t turn) const {
        constexpr std::size_t kPieces = 2 * kRows;
        const std::size_t pieces = kPieces / turns();
        for (std::size_t piece = turn * pieces; piece < (turn + 1) * pieces; ++piece) {
            piece < kRows ? FetchAhead<kColumns>(x[piece]) : FetchOutput(first + piece - kRows);
        }
    }

    HWY_INLINE void FetchOutput(std::size_t row) const {
        const std::size_t at = row * width + unit_block * kLanes;
        FetchAhead<kStates>(step.hidden_out + at);
        if (step.cell_out != nullptr) FetchAhead<kStates>(step.cell_out + at);
        if constexpr (kKept > 0) {
            if (step.gates != nullptr) FetchAhead<kKept>(GatesOf<kKept>(step, unit_block, row));
        }
    }
};

// Equation: h' = tanh(x + W_hh·h). kVectors unit blocks at a time.
template <class Products, int kVectors>
struct SimpleRnnTile {
    const ForwardBlock& block;
    const ForwardStep& step;
    std::size_t unit_block;

    template <int kRows>
    HWY_NOINLINE void Run(std::size_t first) const {
        const std::size_t width = block.layout->hidden_padded;
        const std::size_t depth = block.layout->hidden;
        const float* x[kRows];
        V sums[kRows][kVectors];
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t row = first + static_cast<std::size_t>(r);
            x[r] = ProjectionOf(block, step, row) + unit_block * kLanes;
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) sums[r][v] = Zeros();
        }
        AddProduct<kRows, kVectors>(Products(), sums, step.hidden_in + first * width, width,
                                    block.recurrent + unit_block * kLanes * PackedRows<Products>(depth), depth,
                                    FetchRows<kRows, kVectors, kVectors, 0>{step, x, width, unit_block, first});
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            float* const out = step.hidden_out + (first + static_cast<std::size_t>(r)) * width + unit_block * kLanes;
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                sums[r][v] = hn::Add(sums[r][v], Get(x[r] + static_cast<std::size_t>(v) * kLanes));
            }
            Tanh(sums[r]);
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) Put(sums[r][v], out + static_cast<std::size_t>(v) * kLanes);
        }
    }
};

// A step of some units has kPhases phases. Each may read what all units did in the one before.
template <class Products>
struct SimpleRnnStep {
    static constexpr std::size_t kPhases = 1;
    static HWY_INLINE void Run(const ForwardBlock& block, const ForwardStep& step, std::size_t /*phase*/, Units units) {
        constexpr int kWide = kSimpleRnnPanel;
        std::size_t unit_block = units.first;
        for (; unit_block + kWide <= units.last; unit_block += kWide) {
            RunTiles<kAccumulators / kWide>(SimpleRnnTile<Products, kWide>{block, step, unit_block}, step.rows);
        }
        for (; unit_block < units.last; ++unit_block) {
            RunTiles<kAccumulators / 2>(SimpleRnnTile<Products, 1>{block, step, unit_block}, step.rows);
        }
    }
};

// Equations (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
// c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').
template <class Products>
struct LstmTile {
    const ForwardBlock& block;
    const ForwardStep& step;
    std::size_t unit_block;

    template <int kRows>
    HWY_NOINLINE void Run(std::size_t first) const {
        const Layout& layout = *block.layout;
        const std::size_t width = layout.hidden_padded;
        const float* x[kRows];
        V sums[kRows][4];
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t row = first + static_cast<std::size_t>(r);
            x[r] = ProjectionOf(block, step, row) + unit_block * 4 * kLanes;
            CELLWISE_UNROLL
            for (int v = 0; v < 4; ++v) sums[r][v] = Zeros();
        }
        AddProduct<kRows, 4>(Products(), sums, step.hidden_in + first * width, width,
                             block.recurrent + unit_block * 4 * kLanes * PackedRows<Products>(layout.hidden),
                             layout.hidden, FetchRows<kRows, 4, 1, 4>{step, x, width, unit_block, first});
        // The functions want the registers that the sums are in: those wait where the gates are kept.
        HWY_ALIGN float parked[kRows * 4 * kLanes];
        float* const gates = step.gates == nullptr ? parked : GatesOf<4>(step, unit_block, first);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            CELLWISE_UNROLL
            for (std::size_t v = 0; v < 4; ++v) {
                Put(hn::Add(sums[r][v], Get(x[r] + v * kLanes)),
                    gates + (static_cast<std::size_t>(r) * 4 + v) * kLanes);
            }
        }
        const std::size_t at = first * width + unit_block * kLanes;
        const auto take = [&](std::size_t slot, V(&values)[kRows]) HWY_ATTR {
            CELLWISE_UNROLL
            for (int r = 0; r < kRows; ++r) values[r] = Get(gates + (static_cast<std::size_t>(r) * 4 + slot) * kLanes);
        };
        const auto keep = [&](std::size_t slot, const V(&values)[kRows]) HWY_ATTR {
            CELLWISE_UNROLL
            for (int r = 0; r < kRows; ++r) Put(values[r], gates + (static_cast<std::size_t>(r) * 4 + slot) * kLanes);
        };
        V gate[kRows], cell[kRows];  // cell: the candidate at first
        take(2, cell);
        Tanh(cell);
        keep(2, cell);
        take(0, gate);
        Sigmoid(gate);
        keep(0, gate);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) cell[r] = hn::Mul(gate[r], cell[r]);
        take(1, gate);
        Sigmoid(gate);
        keep(1, gate);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t state = at + static_cast<std::size_t>(r) * width;
            cell[r] = hn::MulAdd(gate[r], Get(step.cell_in + state), cell[r]);
            Put(cell[r], step.cell_out + state);
        }
        take(3, gate);
        Sigmoid(gate);
        keep(3, gate);
        Tanh(cell);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            Put(hn::Mul(gate[r], cell[r]), step.hidden_out + at + static_cast<std::size_t>(r) * width);
        }
    }
};

template <class Products>
struct LstmStep {
    static constexpr std::size_t kPhases = 1;
    static HWY_INLINE void Run(const ForwardBlock& block, const ForwardStep& step, std::size_t /*phase*/, Units units) {
        for (std::size_t unit_block = units.first; unit_block < units.last; ++unit_block) {
            RunTiles<kAccumulators / 4>(LstmTile<Products>{block, step, unit_block}, step.rows);
        }
    }
};

// Equations (Keras's reset_after, torch::nn::GRU): n = tanh(x_n + r ⊙ (W_hn·h + b_hn)),
// h' = (1 − z) ⊙ n + z ⊙ h.
template <class Products>
struct GruTile {
    const ForwardBlock& block;
    const ForwardStep& step;
    std::size_t unit_block;

    template <int kRows>
    HWY_NOINLINE void Run(std::size_t first) const {
        const Layout& layout = *block.layout;
        const std::size_t width = layout.hidden_padded;
        const float* x[kRows];
        V sums[kRows][3];
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t row = first + static_cast<std::size_t>(r);
            x[r] = ProjectionOf(block, step, row) + unit_block * 3 * kLanes;
            sums[r][0] = Zeros();
            sums[r][1] = Zeros();
            sums[r][2] = Get(block.recurrent_bias + unit_block * kLanes);
        }
        AddProduct<kRows, 3>(Products(), sums, step.hidden_in + first * width, width,
                             block.recurrent + unit_block * 3 * kLanes * PackedRows<Products>(layout.hidden),
                             layout.hidden, FetchRows<kRows, 3, 1, 4>{step, x, width, unit_block, first});
        V reset_gate[kRows], update_gate[kRows], candidate[kRows];
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) reset_gate[r] = hn::Add(sums[r][0], Get(x[r] + kLanes));
        Sigmoid(reset_gate);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) candidate[r] = hn::MulAdd(reset_gate[r], sums[r][2], Get(x[r]));
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) update_gate[r] = hn::Add(sums[r][1], Get(x[r] + 2 * kLanes));
        Sigmoid(update_gate);
        Tanh(candidate);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t at = (first + static_cast<std::size_t>(r)) * width + unit_block * kLanes;
            const V hidden = Get(step.hidden_in + at);
            Put(hn::MulAdd(update_gate[r], hn::Sub(hidden, candidate[r]), candidate[r]), step.hidden_out + at);
            if (step.gates != nullptr) {
                float* const gates = GatesOf<4>(step, unit_block, first + static_cast<std::size_t>(r));
                Put(candidate[r], gates);
                Put(reset_gate[r], gates + kLanes);
                Put(update_gate[r], gates + 2 * kLanes);
                Put(sums[r][2], gates + 3 * kLanes);
            }
        }
    }
};

template <class Products>
struct GruStep {
    static constexpr std::size_t kPhases = 1;
    static HWY_INLINE void Run(const ForwardBlock& block, const ForwardStep& step, std::size_t /*phase*/, Units units) {
        for (std::size_t unit_block = units.first; unit_block < units.last; ++unit_block) {
            RunTiles<kAccumulators / 3>(GruTile<Products>{block, step, unit_block}, step.rows);
        }
    }
};

// Equations (Cho et al. 2014): n = tanh(x_n + W_hn·(r ⊙ h)), h' = (1 − z) ⊙ n + z ⊙ h. The packed
// recurrent weights hold r and z of every unit block first, then n. `gates` is needed as scratch.
template <class Products>
struct GruResetBeforeGates {
    const ForwardBlock& block;
    const ForwardStep& step;
    std::size_t unit_block;

    template <int kRows>
    HWY_NOINLINE void Run(std::size_t first) const {
        const Layout& layout = *block.layout;
        const std::size_t width = layout.hidden_padded;
        V sums[kRows][2];
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const float* const x =
                ProjectionOf(block, step, first + static_cast<std::size_t>(r)) + unit_block * 3 * kLanes;
            sums[r][0] = Get(x + kLanes);
            sums[r][1] = Get(x + 2 * kLanes);
        }
        AddProduct<kRows, 2>(Products(), sums, step.hidden_in + first * width, width,
                             block.recurrent + unit_block * 2 * kLanes * PackedRows<Products>(layout.hidden),
                             layout.hidden);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t row = first + static_cast<std::size_t>(r);
            const std::size_t at = row * width + unit_block * kLanes;
            float* const gates = GatesOf<3>(step, unit_block, row);
            Sigmoid(sums[r]);
            Put(sums[r][0], gates + kLanes);
            Put(sums[r][1], gates + 2 * kLanes);
            Put(hn::Mul(sums[r][0], Get(step.hidden_in + at)), step.reset_hidden + at);
        }
    }
};

template <class Products>
struct GruResetBeforeCandidate {
    const ForwardBlock& block;
    const ForwardStep& step;
    std::size_t unit_block;

    template <int kRows>
    HWY_NOINLINE void Run(std::size_t first) const {
        const Layout& layout = *block.layout;
        const std::size_t width = layout.hidden_padded;
        V sums[kRows][1];
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            sums[r][0] = Get(ProjectionOf(block, step, first + static_cast<std::size_t>(r)) + unit_block * 3 * kLanes);
        }
        const float* const weights =
            block.recurrent + (layout.unit_blocks * 2 + unit_block) * kLanes * PackedRows<Products>(layout.hidden);
        AddProduct<kRows, 1>(Products(), sums, step.reset_hidden + first * width, width, weights, layout.hidden);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t row = first + static_cast<std::size_t>(r);
            const std::size_t at = row * width + unit_block * kLanes;
            float* const gates = GatesOf<3>(step, unit_block, row);
            Tanh(sums[r]);
            const V candidate = sums[r][0];
            const V hidden = Get(step.hidden_in + at);
            Put(candidate, gates);
            Put(hn::MulAdd(Get(gates + 2 * kLanes), hn::Sub(hidden, candidate), candidate), step.hidden_out + at);
        }
    }
};

template <class Products>
struct GruResetBeforeStep {
    static constexpr std::size_t kPhases = 2;
    static HWY_INLINE void Run(const ForwardBlock& block, const ForwardStep& step, std::size_t phase, Units units) {
        for (std::size_t unit_block = units.first; unit_block < units.last; ++unit_block) {
            if (phase == 0) {
                RunTiles<kAccumulators / 2>(GruResetBeforeGates<Products>{block, step, unit_block}, step.rows);
            } else {
                RunTiles<kAccumulators / 2>(GruResetBeforeCandidate<Products>{block, step, unit_block}, step.rows);
            }
        }
    }
};

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
