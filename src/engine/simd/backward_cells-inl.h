// One step of a block of rows back through time: gates' gradients and the state's gradient; and, for a chunk of
// positions, the recurrent weights' gradient.
#if defined(CELLWISE_ENGINE_BACKWARD_CELLS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_BACKWARD_CELLS_INL_H
#undef CELLWISE_ENGINE_BACKWARD_CELLS_INL_H
#else
#define CELLWISE_ENGINE_BACKWARD_CELLS_INL_H
#endif

#include "engine/kernels.h"
#include "engine/simd/products-inl.h"
#include "engine/simd/stages-inl.h"
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
    const float* gates;      // [unit block, rows, slots · lanes], as forward left them
    float* gradients;        // [rows, gate_stride]
    float* hidden_gradient;  // of hidden_out when the step begins, of hidden_in when it ends
    float* cell_gradient;
    SoonRead next;  // what the step before this one will read
};

// x·(1 − x) and 1 − x²: the derivatives of the sigmoid and of tanh by their results.
HWY_INLINE V SigmoidSlope(V x) { return hn::NegMulAdd(x, x, x); }
HWY_INLINE V TanhSlope(V x) { return hn::NegMulAdd(x, x, Fill(1.0F)); }

// hidden_gradient (+)= gates' gradients · W_hh over a window of the slots: some units' gradients by those of all units'
// gates. units.first is even, as the product's panels are two vectors wide.
template <class Products>
HWY_INLINE void PropagateState(const BackwardBlock& block, const BackwardStep& step, std::size_t first_slot,
                               std::size_t slots, const float* weights, float* out, bool add, Units units) {
    const Layout& layout = *block.layout;
    Product product;
    product.rows = step.rows;
    product.a = step.gradients + first_slot * kLanes;
    product.a_stride = layout.gate_stride;
    const bool whole = slots == layout.slots;
    product.pieces = whole ? 1 : layout.unit_blocks;
    product.piece_length = whole ? layout.slots * layout.hidden_padded : slots * kLanes;
    product.piece_stride = layout.slots * kLanes;
    product.b = weights + units.first * kLanes * product.pieces * PackedRows<Products>(product.piece_length);
    product.c = out + units.first * kLanes;
    product.c_stride = layout.hidden_padded;
    product.columns = (units.last - units.first) * kLanes;
    product.add = add;
    product.soon = &step.next;
    Multiply<Products>(product);
}

// Positions whose gradients are done.
struct Chunk {
    std::size_t position;  // the first one
    std::size_t count;
    const float* gradients;  // [count, gate_stride]
};

// weight_gradient += statesᵀ · gates' gradients over positions and a window of some units' slots; `column` is the
// window's first column in the gradient.
template <class Products>
HWY_INLINE void AccumulateWeights(const BackwardBlock& block, const Chunk& chunk, const float* states,
                                  std::size_t first_slot, std::size_t slots, std::size_t column, Units units) {
    const Layout& layout = *block.layout;
    const std::size_t group = layout.slots > 1 ? 1 : kSimpleRnnPanel;
    OuterProduct outer;
    outer.count = chunk.count;
    outer.a = states + chunk.position * layout.hidden_padded;
    outer.a_stride = layout.hidden_padded;
    outer.rows = layout.hidden;
    outer.b = chunk.gradients + (units.first * layout.slots + first_slot) * kLanes;
    outer.b_stride = layout.gate_stride;
    outer.panels = (units.last - units.first) / group;
    outer.panel_width = slots * kLanes * group;
    outer.panel_stride = layout.slots * kLanes * group;
    outer.c = block.weight_gradient + column + units.first * slots * kLanes;
    outer.c_stride = layout.recurrent_columns;
    if (outer.panels > 0) Accumulate(Products(), outer);
    const std::size_t done = units.first + outer.panels * group;
    if (done < units.last) {  // SimpleRNN's last unit blocks, one by one
        outer.b += outer.panels * outer.panel_stride;
        outer.c += outer.panels * outer.panel_width;
        outer.panels = units.last - done;
        outer.panel_width = outer.panel_stride = kLanes;
        Accumulate(Products(), outer);
    }
}

// A step of some units goes back in kPhases phases: Gates() computes gradients of their gates, and Propagate(), which
// may read what all units did in the phase's Gates(), what comes to their states. Weights() takes a chunk's positions,
// whose gates are done.
template <class Products>
struct SimpleRnnBackward {
    static constexpr std::size_t kGates = 1, kSlots = 1, kPhases = 1;
    static HWY_INLINE void Gates(const BackwardBlock& block, const BackwardStep& step, std::size_t /*phase*/,
                                 Units units) {
        const Layout& layout = *block.layout;
        for (std::size_t row = 0; row < step.rows; ++row) {
            const float* const hidden = step.hidden_out + row * layout.hidden_padded;
            const float* const gradient = step.hidden_gradient + row * layout.hidden_padded;
            float* const gradients = step.gradients + row * layout.gate_stride;
            for (std::size_t j = units.first * kLanes; j < units.last * kLanes; j += kLanes) {
                Put(hn::Mul(Get(gradient + j), TanhSlope(Get(hidden + j))), gradients + j);
            }
        }
    }
    static HWY_INLINE void Propagate(const BackwardBlock& block, const BackwardStep& step, std::size_t /*phase*/,
                                     Units units) {
        PropagateState<Products>(block, step, 0, 1, block.recurrent, step.hidden_gradient, false, units);
    }
    static HWY_INLINE void Weights(const BackwardBlock& block, const Chunk& chunk, Units units) {
        AccumulateWeights<Products>(block, chunk, block.hidden, 0, 1, 0, units);
    }
};

template <class Products>
struct LstmBackward {
    static constexpr std::size_t kGates = 4, kSlots = 4, kPhases = 1;
    static HWY_INLINE void Gates(const BackwardBlock& block, const BackwardStep& step, std::size_t /*phase*/,
                                 Units units) {
        const Layout& layout = *block.layout;
        const float* gates = step.gates + units.first * step.rows * 4 * kLanes;
        for (std::size_t unit = units.first * kLanes; unit < units.last * kLanes; unit += kLanes) {
            float* gradients = step.gradients + unit * 4;
            std::size_t j = unit;
            for (std::size_t row = 0; row < step.rows;
                 ++row, j += layout.hidden_padded, gates += 4 * kLanes, gradients += layout.gate_stride) {
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
                const V old_cell = Get(step.cell_in + j);
                Put(hn::Mul(hn::Mul(cell_gradient, candidate), SigmoidSlope(input_gate)), gradients);
                Put(hn::Mul(hn::Mul(cell_gradient, old_cell), SigmoidSlope(forget_gate)), gradients + kLanes);
                Put(hn::Mul(hn::Mul(cell_gradient, input_gate), TanhSlope(candidate)), gradients + 2 * kLanes);
                Put(hn::Mul(hn::Mul(hidden_gradient, squashed), SigmoidSlope(output_gate)), gradients + 3 * kLanes);
            }
        }
    }
    static HWY_INLINE void Propagate(const BackwardBlock& block, const BackwardStep& step, std::size_t /*phase*/,
                                     Units units) {
        PropagateState<Products>(block, step, 0, 4, block.recurrent, step.hidden_gradient, false, units);
    }
    static HWY_INLINE void Weights(const BackwardBlock& block, const Chunk& chunk, Units units) {
        AccumulateWeights<Products>(block, chunk, block.hidden, 0, 4, 0, units);
    }
};

template <class Products>
struct GruBackward {
    static constexpr std::size_t kGates = 3, kSlots = 4, kPhases = 1;
    static HWY_INLINE void Gates(const BackwardBlock& block, const BackwardStep& step, std::size_t /*phase*/,
                                 Units units) {
        const Layout& layout = *block.layout;
        const std::size_t width = layout.hidden_padded;
        for (std::size_t j = units.first * kLanes; j < units.last * kLanes; j += kLanes) {
            V bias_gradient = Get(block.bias_gradient + j);
            for (std::size_t row = 0; row < step.rows; ++row) {
                const float* const gates = step.gates + (j * step.rows + row * kLanes) * 4;
                float* const gradients = step.gradients + row * layout.gate_stride + j * 4;
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
                Put(candidate_gradient, gradients);
                Put(reset_gradient, gradients + kLanes);
                Put(update_gradient, gradients + 2 * kLanes);
                Put(recurrent_gradient, gradients + 3 * kLanes);
                Put(kept, step.hidden_gradient + row * width + j);
                bias_gradient = hn::Add(bias_gradient, recurrent_gradient);
            }
            Put(bias_gradient, block.bias_gradient + j);
        }
    }
    static HWY_INLINE void Propagate(const BackwardBlock& block, const BackwardStep& step, std::size_t /*phase*/,
                                     Units units) {
        PropagateState<Products>(block, step, 1, 3, block.recurrent, step.hidden_gradient, true, units);
    }
    static HWY_INLINE void Weights(const BackwardBlock& block, const Chunk& chunk, Units units) {
        AccumulateWeights<Products>(block, chunk, block.hidden, 1, 3, 0, units);
    }
};

// block.recurrent holds W_hn first, then W_hr and W_hz. The gradient of r ⊙ h is between the phases.
template <class Products>
struct GruResetBeforeBackward {
    static constexpr std::size_t kGates = 3, kSlots = 3, kPhases = 2;
    static HWY_INLINE void Gates(const BackwardBlock& block, const BackwardStep& step, std::size_t phase, Units units) {
        const Layout& layout = *block.layout;
        const std::size_t width = layout.hidden_padded;
        const float* gates = step.gates + units.first * step.rows * 3 * kLanes;
        for (std::size_t unit = units.first * kLanes; unit < units.last * kLanes; unit += kLanes) {
            for (std::size_t row = 0; row < step.rows; ++row, gates += 3 * kLanes) {
                float* const gradients = step.gradients + row * layout.gate_stride + unit * 3;
                const std::size_t j = row * width + unit;
                phase == 0 ? CandidateAndUpdate(step, gates, gradients, j) : Reset(block, step, gates, gradients, j);
            }
        }
    }
    static HWY_INLINE void Propagate(const BackwardBlock& block, const BackwardStep& step, std::size_t phase,
                                     Units units) {
        const std::size_t width = block.layout->hidden_padded;
        if (phase == 0) {
            PropagateState<Products>(block, step, 0, 1, block.recurrent, block.scratch, false, units);
        } else {
            PropagateState<Products>(block, step, 1, 2, block.recurrent + PackedRows<Products>(width) * width,
                                     step.hidden_gradient, true, units);
        }
    }
    static HWY_INLINE void Weights(const BackwardBlock& block, const Chunk& chunk, Units units) {
        const std::size_t width = block.layout->hidden_padded;
        AccumulateWeights<Products>(block, chunk, block.hidden, 1, 2, 0, units);
        AccumulateWeights<Products>(block, chunk, block.reset_hidden, 0, 1, 2 * width, units);
    }

private:
    // j: where the unit block of a row is in the states.
    static HWY_INLINE void CandidateAndUpdate(const BackwardStep& step, const float* gates, float* gradients,
                                              std::size_t j) {
        const V candidate = Get(gates);
        const V update_gate = Get(gates + 2 * kLanes);
        const V gradient = Get(step.hidden_gradient + j);
        const V kept = hn::Mul(gradient, update_gate);
        const V difference = hn::Sub(Get(step.hidden_in + j), candidate);
        Put(hn::Mul(hn::Sub(gradient, kept), TanhSlope(candidate)), gradients);
        Put(hn::Mul(hn::Mul(gradient, difference), SigmoidSlope(update_gate)), gradients + 2 * kLanes);
        Put(kept, step.hidden_gradient + j);
    }
    static HWY_INLINE void Reset(const BackwardBlock& block, const BackwardStep& step, const float* gates,
                                 float* gradients, std::size_t j) {
        const V reset_gate = Get(gates + kLanes);
        const V product_gradient = Get(block.scratch + j);  // of r ⊙ h
        Put(hn::Mul(hn::Mul(product_gradient, Get(step.hidden_in + j)), SigmoidSlope(reset_gate)), gradients + kLanes);
        Put(hn::MulAdd(product_gradient, reset_gate, Get(step.hidden_gradient + j)), step.hidden_gradient + j);
    }
};

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
