// A block of rows back through time: gates' gradients in place, the state's gradient, and the
// recurrent weights' gradient in chunks of positions that stay in the first-level cache.
#if defined(CELLWISE_ENGINE_BACKWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_BACKWARD_INL_H
#undef CELLWISE_ENGINE_BACKWARD_INL_H
#else
#define CELLWISE_ENGINE_BACKWARD_INL_H
#endif

#include <algorithm>

#include "engine/kernels.h"
#include "engine/simd/products-inl.h"
#include "engine/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

// One step of a block on the way back: everything points at the step's first row.
struct BackwardStep {
    std::size_t rows;
    const float* hidden_in;
    const float* hidden_out;
    const float* cell_in;
    float* gates;
    float* hidden_gradient;  // of hidden_out when the step begins, of hidden_in when it ends
    float* cell_gradient;
};

// x·(1 − x) and 1 − x²: the derivatives of the sigmoid and of tanh by their results.
HWY_INLINE V SigmoidSlope(V x) { return hn::NegMulAdd(x, x, x); }
HWY_INLINE V TanhSlope(V x) { return hn::NegMulAdd(x, x, Fill(1.0F)); }

// hidden_gradient (+)= gates' gradients · W_hh over a window of the slots.
HWY_INLINE void PropagateState(const BackwardBlock& block, const BackwardStep& step, std::size_t first_slot,
                               std::size_t slots, const float* weights, float* out, bool add) {
    const Layout& layout = *block.layout;
    Product product;
    product.rows = step.rows;
    product.a = step.gates + first_slot * kLanes;
    product.a_stride = layout.gate_stride;
    const bool whole = slots == layout.slots;
    product.pieces = whole ? 1 : layout.unit_blocks;
    product.piece_length = whole ? layout.slots * layout.hidden_padded : slots * kLanes;
    product.piece_stride = layout.slots * kLanes;
    product.b = weights;
    product.c = out;
    product.c_stride = layout.hidden_padded;
    product.columns = layout.hidden_padded;
    product.add = add;
    Multiply(product);
}

// weight_gradient += statesᵀ · gates' gradients over positions and a window of the slots; `column` is
// the window's first column in the gradient.
HWY_INLINE void AccumulateWeights(const BackwardBlock& block, std::size_t position, std::size_t count,
                                  const float* states, std::size_t first_slot, std::size_t slots, std::size_t column) {
    const Layout& layout = *block.layout;
    const std::size_t group = layout.slots > 1 ? 1 : kSimpleRnnPanel;
    OuterProduct outer;
    outer.count = count;
    outer.a = states + position * layout.hidden_padded;
    outer.a_stride = layout.hidden_padded;
    outer.rows = layout.hidden;
    outer.b = block.gates + position * layout.gate_stride + first_slot * kLanes;
    outer.b_stride = layout.gate_stride;
    outer.panels = layout.unit_blocks / group;
    outer.panel_width = slots * kLanes * group;
    outer.panel_stride = layout.slots * kLanes * group;
    outer.c = block.weight_gradient + column;
    outer.c_stride = layout.recurrent_columns;
    if (outer.panels > 0) Accumulate(outer);
    const std::size_t done = outer.panels * group;
    if (done < layout.unit_blocks) {  // SimpleRNN's last unit blocks, one by one
        outer.b += outer.panels * outer.panel_stride;
        outer.c += outer.panels * outer.panel_width;
        outer.panels = layout.unit_blocks - done;
        outer.panel_width = outer.panel_stride = kLanes;
        Accumulate(outer);
    }
}

struct SimpleRnnBackward {
    static HWY_INLINE void Run(const BackwardBlock& block, const BackwardStep& step) {
        const Layout& layout = *block.layout;
        for (std::size_t row = 0; row < step.rows; ++row) {
            const float* const hidden = step.hidden_out + row * layout.hidden_padded;
            const float* const gradient = step.hidden_gradient + row * layout.hidden_padded;
            float* const gates = step.gates + row * layout.gate_stride;
            for (std::size_t j = 0; j < layout.hidden_padded; j += kLanes) {
                Put(hn::Mul(Get(gradient + j), TanhSlope(Get(hidden + j))), gates + j);
            }
        }
        PropagateState(block, step, 0, 1, block.recurrent, step.hidden_gradient, false);
    }
    static HWY_INLINE void Weights(const BackwardBlock& block, std::size_t position, std::size_t count) {
        AccumulateWeights(block, position, count, block.hidden, 0, 1, 0);
    }
};

struct LstmBackward {
    static HWY_INLINE void Run(const BackwardBlock& block, const BackwardStep& step) {
        const Layout& layout = *block.layout;
        for (std::size_t row = 0; row < step.rows; ++row) {
            const std::size_t at = row * layout.hidden_padded;
            float* gates = step.gates + row * layout.gate_stride;
            for (std::size_t j = at; j < at + layout.hidden_padded; j += kLanes, gates += 4 * kLanes) {
                const V input_gate = Get(gates);
                const V forget_gate = Get(gates + kLanes);
                const V candidate = Get(gates + 2 * kLanes);
                const V output_gate = Get(gates + 3 * kLanes);
                // tanh(c') is h' / o: cheaper than storing it or computing it again.
                const V squashed = hn::Mul(Get(step.hidden_out + j), Reciprocal(hn::Max(output_gate, Fill(1e-30F))));
                const V hidden_gradient = Get(step.hidden_gradient + j);
                const V cell_gradient =
                    hn::MulAdd(hn::Mul(hidden_gradient, output_gate), TanhSlope(squashed), Get(step.cell_gradient + j));
                Put(hn::Mul(cell_gradient, forget_gate), step.cell_gradient + j);
                Put(hn::Mul(hn::Mul(cell_gradient, candidate), SigmoidSlope(input_gate)), gates);
                Put(hn::Mul(hn::Mul(cell_gradient, Get(step.cell_in + j)), SigmoidSlope(forget_gate)), gates + kLanes);
                Put(hn::Mul(hn::Mul(cell_gradient, input_gate), TanhSlope(candidate)), gates + 2 * kLanes);
                Put(hn::Mul(hn::Mul(hidden_gradient, squashed), SigmoidSlope(output_gate)), gates + 3 * kLanes);
            }
        }
        PropagateState(block, step, 0, 4, block.recurrent, step.hidden_gradient, false);
    }
    static HWY_INLINE void Weights(const BackwardBlock& block, std::size_t position, std::size_t count) {
        AccumulateWeights(block, position, count, block.hidden, 0, 4, 0);
    }
};

struct GruBackward {
    static HWY_INLINE void Run(const BackwardBlock& block, const BackwardStep& step) {
        const Layout& layout = *block.layout;
        const std::size_t width = layout.hidden_padded;
        for (std::size_t j = 0; j < width; j += kLanes) {
            V bias_gradient = Get(block.bias_gradient + j);
            for (std::size_t row = 0; row < step.rows; ++row) {
                float* const gates = step.gates + row * layout.gate_stride + j * 4;
                const V candidate = Get(gates);
                const V reset_gate = Get(gates + kLanes);
                const V update_gate = Get(gates + 2 * kLanes);
                const V recurrent_part = Get(gates + 3 * kLanes);
                const V gradient = Get(step.hidden_gradient + row * width + j);
                const V kept = hn::Mul(gradient, update_gate);
                const V candidate_gradient = hn::Mul(hn::Sub(gradient, kept), TanhSlope(candidate));
                const V recurrent_gradient = hn::Mul(candidate_gradient, reset_gate);
                const V reset_gradient = hn::Mul(hn::Mul(candidate_gradient, recurrent_part), SigmoidSlope(reset_gate));
                const V update_gradient =
                    hn::Mul(hn::Mul(gradient, hn::Sub(Get(step.hidden_in + row * width + j), candidate)),
                            SigmoidSlope(update_gate));
                Put(candidate_gradient, gates);
                Put(reset_gradient, gates + kLanes);
                Put(update_gradient, gates + 2 * kLanes);
                Put(recurrent_gradient, gates + 3 * kLanes);
                Put(kept, step.hidden_gradient + row * width + j);
                bias_gradient = hn::Add(bias_gradient, recurrent_gradient);
            }
            Put(bias_gradient, block.bias_gradient + j);
        }
        PropagateState(block, step, 1, 3, block.recurrent, step.hidden_gradient, true);
    }
    static HWY_INLINE void Weights(const BackwardBlock& block, std::size_t position, std::size_t count) {
        AccumulateWeights(block, position, count, block.hidden, 1, 3, 0);
    }
};

// block.recurrent holds W_hn first, then W_hr and W_hz.
struct GruResetBeforeBackward {
    static HWY_INLINE void Run(const BackwardBlock& block, const BackwardStep& step) {
        const Layout& layout = *block.layout;
        const std::size_t width = layout.hidden_padded;
        for (std::size_t row = 0; row < step.rows; ++row) {
            float* gates = step.gates + row * layout.gate_stride;
            for (std::size_t j = row * width; j < (row + 1) * width; j += kLanes, gates += 3 * kLanes) {
                const V candidate = Get(gates);
                const V update_gate = Get(gates + 2 * kLanes);
                const V gradient = Get(step.hidden_gradient + j);
                const V kept = hn::Mul(gradient, update_gate);
                const V difference = hn::Sub(Get(step.hidden_in + j), candidate);
                Put(hn::Mul(hn::Sub(gradient, kept), TanhSlope(candidate)), gates);
                Put(hn::Mul(hn::Mul(gradient, difference), SigmoidSlope(update_gate)), gates + 2 * kLanes);
                Put(kept, step.hidden_gradient + j);
            }
        }
        PropagateState(block, step, 0, 1, block.recurrent, block.scratch, false);
        for (std::size_t row = 0; row < step.rows; ++row) {
            float* gates = step.gates + row * layout.gate_stride;
            for (std::size_t j = row * width; j < (row + 1) * width; j += kLanes, gates += 3 * kLanes) {
                const V reset_gate = Get(gates + kLanes);
                const V product_gradient = Get(block.scratch + j);  // of r ⊙ h
                Put(hn::Mul(hn::Mul(product_gradient, Get(step.hidden_in + j)), SigmoidSlope(reset_gate)),
                    gates + kLanes);
                Put(hn::MulAdd(product_gradient, reset_gate, Get(step.hidden_gradient + j)), step.hidden_gradient + j);
            }
        }
        PropagateState(block, step, 1, 2, block.recurrent + width * width, step.hidden_gradient, true);
    }
    static HWY_INLINE void Weights(const BackwardBlock& block, std::size_t position, std::size_t count) {
        const std::size_t width = block.layout->hidden_padded;
        AccumulateWeights(block, position, count, block.hidden, 1, 2, 0);
        AccumulateWeights(block, position, count, block.reset_hidden, 0, 1, 2 * width);
    }
};

template <class Cell>
void RunBackward(const BackwardBlock& block) {
    constexpr std::size_t kChunk = 64;  // positions: both operands of the weight gradient fit the first-level cache
    const Layout& layout = *block.layout;
    const BlockSteps& steps = block.steps;
    const std::size_t width = layout.hidden_padded;
    auto rows = static_cast<std::size_t>(steps.active[steps.steps]);
    const std::size_t all_rows = rows;
    float* const hidden_gradient = block.state_gradient;
    float* const cell_gradient = block.state_gradient + all_rows * width;
    std::fill_n(block.state_gradient, 2 * all_rows * width, 0.0F);
    for (std::size_t row = 0; block.last_gradient != nullptr && row < rows; ++row) {
        std::copy_n(block.last_gradient + static_cast<std::size_t>(steps.rows[row]) * layout.hidden, layout.hidden,
                    hidden_gradient + row * width);
    }
    auto chunk_end = static_cast<std::size_t>(steps.offsets[steps.steps]);
    for (std::size_t t = steps.steps;; --t) {
        // Rows that start at step t leave with what has come back to their starting state.
        const std::size_t staying = t == 0 ? 0 : static_cast<std::size_t>(steps.active[t - 1]);
        float* const start = block.start_gradient == nullptr ? nullptr : block.start_gradient + t * 2 * width;
        for (std::size_t row = staying; start != nullptr && row < rows; ++row) {
            AddTo(start, hidden_gradient + row * width, width);
            AddTo(start + width, cell_gradient + row * width, width);
        }
        rows = staying;
        if (t == 0) return;

        for (std::size_t row = 0; block.sequence_gradient != nullptr && row < all_rows; ++row) {
            const std::size_t time = steps.reverse ? steps.steps - t : t - 1;
            const float* const gradient =
                block.sequence_gradient +
                (static_cast<std::size_t>(steps.rows[row]) * steps.steps + time) * layout.hidden;
            if (row < rows) {
                AddTo(hidden_gradient + row * width, gradient, layout.hidden);
            } else if (start != nullptr) {
                AddTo(start, gradient, layout.hidden);
            }
        }
        for (std::size_t i = 0; i < block.arriving_count; ++i) {
            const float* const arriving = block.arriving + i * block.arriving_stride + t * 2 * width;
            AddTo(hidden_gradient, arriving, width);
            AddTo(cell_gradient, arriving + width, width);
        }

        const auto position = static_cast<std::size_t>(steps.offsets[t - 1]);
        const auto next = static_cast<std::size_t>(steps.offsets[t]);
        const BackwardStep step{rows,
                                block.hidden + position * width,
                                block.hidden + next * width,
                                block.cell == nullptr ? nullptr : block.cell + position * width,
                                block.gates + position * layout.gate_stride,
                                hidden_gradient,
                                cell_gradient};
        Cell::Run(block, step);
        if (chunk_end - position >= kChunk || t == 1) {
            if (chunk_end > position) Cell::Weights(block, position, chunk_end - position);
            chunk_end = position;
        }
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
