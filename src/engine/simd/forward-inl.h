// A block of rows through time: the recurrent product, the gates and the new state in one go.
#if defined(CELLWISE_ENGINE_FORWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_FORWARD_INL_H
#undef CELLWISE_ENGINE_FORWARD_INL_H
#else
#define CELLWISE_ENGINE_FORWARD_INL_H
#endif

#include <algorithm>

#include "engine/kernels.h"
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

// Equation: h' = tanh(x + W_hh·h). kVectors unit blocks at a time.
template <int kVectors>
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
            FetchAhead<kVectors>(x[r]);
            FetchAhead<kVectors>(step.hidden_out + row * width + unit_block * kLanes);
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) sums[r][v] = Zeros();
        }
        AddProduct<kRows, kVectors>(sums, step.hidden_in + first * width, width,
                                    block.recurrent + unit_block * kLanes * depth, depth);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            float* const out = step.hidden_out + (first + static_cast<std::size_t>(r)) * width + unit_block * kLanes;
            CELLWISE_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                const std::size_t at = static_cast<std::size_t>(v) * kLanes;
                Put(Tanh(hn::Add(sums[r][v], Get(x[r] + at))), out + at);
            }
        }
    }
};

struct SimpleRnnStep {
    static HWY_INLINE void Run(const ForwardBlock& block, const ForwardStep& step) {
        constexpr int kWide = kSimpleRnnPanel;
        const std::size_t blocks = block.layout->unit_blocks;
        std::size_t unit_block = 0;
        for (; unit_block + kWide <= blocks; unit_block += kWide) {
            RunTiles<kAccumulators / kWide>(SimpleRnnTile<kWide>{block, step, unit_block}, step.rows);
        }
        for (; unit_block < blocks; ++unit_block) {
            RunTiles<kAccumulators / 2>(SimpleRnnTile<1>{block, step, unit_block}, step.rows);
        }
    }
};

// Equations (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
// c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').
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
            FetchAhead<4>(x[r]);
            FetchAhead<1>(step.hidden_out + row * width + unit_block * kLanes);
            FetchAhead<1>(step.cell_out + row * width + unit_block * kLanes);
            if (step.gates != nullptr) FetchAhead<4>(step.gates + row * layout.gate_stride + unit_block * 4 * kLanes);
            CELLWISE_UNROLL
            for (int v = 0; v < 4; ++v) sums[r][v] = Zeros();
        }
        AddProduct<kRows, 4>(sums, step.hidden_in + first * width, width,
                             block.recurrent + unit_block * 4 * kLanes * layout.hidden, layout.hidden);
        // The functions want the registers that the sums are in.
        HWY_ALIGN float parked[kRows * 4 * kLanes];
        CELLWISE_UNROLL
        for (int i = 0; i < kRows * 4; ++i) Put(sums[i / 4][i % 4], parked + static_cast<std::size_t>(i) * kLanes);
        for (int r = 0; r < kRows; ++r) {
            const float* const own = parked + static_cast<std::size_t>(r) * 4 * kLanes;
            const std::size_t at = (first + static_cast<std::size_t>(r)) * width + unit_block * kLanes;
            const V input_gate = Sigmoid(hn::Add(Get(own), Get(x[r])));
            const V forget_gate = Sigmoid(hn::Add(Get(own + kLanes), Get(x[r] + kLanes)));
            const V candidate = Tanh(hn::Add(Get(own + 2 * kLanes), Get(x[r] + 2 * kLanes)));
            const V output_gate = Sigmoid(hn::Add(Get(own + 3 * kLanes), Get(x[r] + 3 * kLanes)));
            const V cell = hn::MulAdd(forget_gate, Get(step.cell_in + at), hn::Mul(input_gate, candidate));
            Put(cell, step.cell_out + at);
            Put(hn::Mul(output_gate, Tanh(cell)), step.hidden_out + at);
            if (step.gates != nullptr) {
                float* const gates =
                    step.gates + (first + static_cast<std::size_t>(r)) * layout.gate_stride + unit_block * 4 * kLanes;
                Put(input_gate, gates);
                Put(forget_gate, gates + kLanes);
                Put(candidate, gates + 2 * kLanes);
                Put(output_gate, gates + 3 * kLanes);
            }
        }
    }
};

struct LstmStep {
    static HWY_INLINE void Run(const ForwardBlock& block, const ForwardStep& step) {
        for (std::size_t unit_block = 0; unit_block < block.layout->unit_blocks; ++unit_block) {
            RunTiles<kAccumulators / 4>(LstmTile{block, step, unit_block}, step.rows);
        }
    }
};

// Equations (Keras's reset_after, torch::nn::GRU): n = tanh(x_n + r ⊙ (W_hn·h + b_hn)),
// h' = (1 − z) ⊙ n + z ⊙ h.
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
            FetchAhead<3>(x[r]);
            FetchAhead<1>(step.hidden_out + row * width + unit_block * kLanes);
            if (step.gates != nullptr) FetchAhead<4>(step.gates + row * layout.gate_stride + unit_block * 4 * kLanes);
            sums[r][0] = Zeros();
            sums[r][1] = Zeros();
            sums[r][2] = Get(block.recurrent_bias + unit_block * kLanes);
        }
        AddProduct<kRows, 3>(sums, step.hidden_in + first * width, width,
                             block.recurrent + unit_block * 3 * kLanes * layout.hidden, layout.hidden);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t at = (first + static_cast<std::size_t>(r)) * width + unit_block * kLanes;
            const V reset_gate = Sigmoid(hn::Add(sums[r][0], Get(x[r] + kLanes)));
            const V update_gate = Sigmoid(hn::Add(sums[r][1], Get(x[r] + 2 * kLanes)));
            const V candidate = Tanh(hn::MulAdd(reset_gate, sums[r][2], Get(x[r])));
            const V hidden = Get(step.hidden_in + at);
            Put(hn::MulAdd(update_gate, hn::Sub(hidden, candidate), candidate), step.hidden_out + at);
            if (step.gates != nullptr) {
                float* const gates =
                    step.gates + (first + static_cast<std::size_t>(r)) * layout.gate_stride + unit_block * 4 * kLanes;
                Put(candidate, gates);
                Put(reset_gate, gates + kLanes);
                Put(update_gate, gates + 2 * kLanes);
                Put(sums[r][2], gates + 3 * kLanes);
            }
        }
    }
};

struct GruStep {
    static HWY_INLINE void Run(const ForwardBlock& block, const ForwardStep& step) {
        for (std::size_t unit_block = 0; unit_block < block.layout->unit_blocks; ++unit_block) {
            RunTiles<kAccumulators / 3>(GruTile{block, step, unit_block}, step.rows);
        }
    }
};

// Equations (Cho et al. 2014): n = tanh(x_n + W_hn·(r ⊙ h)), h' = (1 − z) ⊙ n + z ⊙ h. The packed
// recurrent weights hold r and z of every unit block first, then n. `gates` is needed as scratch.
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
            const auto row = static_cast<std::size_t>(step.projection_rows[first + static_cast<std::size_t>(r)]);
            const float* const x = block.projection + row * layout.projection_columns + unit_block * 3 * kLanes;
            sums[r][0] = Get(x + kLanes);
            sums[r][1] = Get(x + 2 * kLanes);
        }
        AddProduct<kRows, 2>(sums, step.hidden_in + first * width, width,
                             block.recurrent + unit_block * 2 * kLanes * layout.hidden, layout.hidden);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t row = first + static_cast<std::size_t>(r);
            const std::size_t at = row * width + unit_block * kLanes;
            float* const gates = step.gates + row * layout.gate_stride + unit_block * 3 * kLanes;
            const V reset_gate = Sigmoid(sums[r][0]);
            Put(reset_gate, gates + kLanes);
            Put(Sigmoid(sums[r][1]), gates + 2 * kLanes);
            Put(hn::Mul(reset_gate, Get(step.hidden_in + at)), step.reset_hidden + at);
        }
    }
};

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
            const auto row = static_cast<std::size_t>(step.projection_rows[first + static_cast<std::size_t>(r)]);
            sums[r][0] = Get(block.projection + row * layout.projection_columns + unit_block * 3 * kLanes);
        }
        const float* const weights = block.recurrent + (layout.unit_blocks * 2 + unit_block) * kLanes * layout.hidden;
        AddProduct<kRows, 1>(sums, step.reset_hidden + first * width, width, weights, layout.hidden);
        CELLWISE_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const std::size_t row = first + static_cast<std::size_t>(r);
            const std::size_t at = row * width + unit_block * kLanes;
            float* const gates = step.gates + row * layout.gate_stride + unit_block * 3 * kLanes;
            const V candidate = Tanh(sums[r][0]);
            const V hidden = Get(step.hidden_in + at);
            Put(candidate, gates);
            Put(hn::MulAdd(Get(gates + 2 * kLanes), hn::Sub(hidden, candidate), candidate), step.hidden_out + at);
        }
    }
};

struct GruResetBeforeStep {
    static HWY_INLINE void Run(const ForwardBlock& block, const ForwardStep& step) {
        const std::size_t blocks = block.layout->unit_blocks;
        for (std::size_t unit_block = 0; unit_block < blocks; ++unit_block) {
            RunTiles<kAccumulators / 2>(GruResetBeforeGates{block, step, unit_block}, step.rows);
        }
        for (std::size_t unit_block = 0; unit_block < blocks; ++unit_block) {
            RunTiles<kAccumulators / 2>(GruResetBeforeCandidate{block, step, unit_block}, step.rows);
        }
    }
};

// Rows [from, to) of the block start in the state `start`, or in zeros.
inline void StartRows(float* states, const float* start, std::size_t from, std::size_t to, std::size_t width) {
    for (std::size_t row = from; row < to; ++row) {
        float* const state = states + row * width;
        if (start == nullptr) {
            std::fill_n(state, width, 0.0F);
        } else {
            std::copy_n(start, width, state);
        }
    }
}

template <class Step>
void RunForward(const ForwardBlock& block) {
    const Layout& layout = *block.layout;
    const BlockSteps& steps = block.steps;
    const std::size_t width = layout.hidden_padded;
    const auto all_rows = static_cast<std::size_t>(steps.active[steps.steps]);
    const bool keep = block.keep;
    const auto state_row = [&](std::size_t t) HWY_ATTR {
        return keep ? static_cast<std::size_t>(steps.offsets[t]) : (t % 2) * all_rows;
    };
    std::size_t rows = 0;
    for (std::size_t t = 0;; ++t) {
        const auto active = static_cast<std::size_t>(steps.active[t]);
        const float* const start_hidden = block.start_hidden == nullptr ? nullptr : block.start_hidden + t * width;
        float* const hidden = block.hidden + state_row(t) * width;
        StartRows(hidden, start_hidden, rows, active, width);
        float* const cell = block.cell == nullptr ? nullptr : block.cell + state_row(t) * width;
        if (cell != nullptr) {
            StartRows(cell, block.start_cell == nullptr ? nullptr : block.start_cell + t * width, rows, active, width);
        }
        if (t > 0 && block.sequence != nullptr) {
            const std::size_t time = steps.reverse ? steps.steps - t : t - 1;
            for (std::size_t row = 0; row < all_rows; ++row) {
                float* const out =
                    block.sequence + (static_cast<std::size_t>(steps.rows[row]) * steps.steps + time) * layout.hidden;
                std::copy_n(row < active ? hidden + row * width : start_hidden, layout.hidden, out);
            }
        }
        rows = active;
        if (t == steps.steps) {
            for (std::size_t row = 0; block.last != nullptr && row < rows; ++row) {
                std::copy_n(hidden + row * width, layout.hidden,
                            block.last + static_cast<std::size_t>(steps.rows[row]) * layout.hidden);
            }
            return;
        }
        const auto position = static_cast<std::size_t>(steps.offsets[t]);
        const std::size_t kept = keep ? position : 0;
        const ForwardStep step{rows,
                               hidden,
                               block.hidden + state_row(t + 1) * width,
                               cell,
                               cell == nullptr ? nullptr : block.cell + state_row(t + 1) * width,
                               block.gates == nullptr ? nullptr : block.gates + kept * layout.gate_stride,
                               block.reset_hidden == nullptr ? nullptr : block.reset_hidden + kept * width,
                               block.projection_rows + position};
        Step::Run(block, step);
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
