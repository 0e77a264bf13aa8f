#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/layout.h"
#include "engine/team.h"

namespace cellwise::engine {

/// The steps of a block of rows that run through time together. Rows are sorted by the step at which
/// they start, so at every step the active rows are a prefix of the block, and each of their steps
/// has a number, its position: step t's are [offsets[t], offsets[t] + active[t]). The state that a
/// position starts from is row (offsets[t] + row) of `hidden`; the state it ends in is row
/// (offsets[t + 1] + row). offsets and active have steps + 1 entries, and active[steps] is the
/// number of rows.
struct BlockSteps {
    std::size_t steps = 0;
    const std::int32_t* offsets = nullptr;
    const std::int32_t* active = nullptr;
    /// Batch row of each row of the block.
    const std::int32_t* rows = nullptr;
    /// Steps read time backwards: step t is time steps − 1 − t of a sequence tensor.
    bool reverse = false;
};

/// A block's way forward. Every matrix is row-major with padded columns (layout.h).
struct ForwardBlock {
    const Layout* layout = nullptr;
    BlockSteps steps;
    const std::int32_t* projection_rows = nullptr;  ///< [positions]: which row of `projection` feeds it
    const float* projection = nullptr;              ///< [·, projection_columns]: x·W_ihᵀ + biases
    const float* recurrent = nullptr;               ///< W_hh packed by pack_recurrent()
    const float* recurrent_bias = nullptr;          ///< GRU: the candidate's recurrent bias [hidden_padded]
    const float* start_hidden = nullptr;            ///< [steps + 1, hidden_padded]: state of rows that start at t;
    const float* start_cell = nullptr;              ///< null: zeros
    /// Keep everything that backward needs. If not, the states hold two steps that take turns, rows
    /// [0, R) and [R, 2R), and the others hold one, in its first rows.
    bool keep = true;
    float* hidden = nullptr;
    float* cell = nullptr;          ///< LSTM
    float* gates = nullptr;         ///< of every step [unit block, its rows, slots · lanes], so that steps write one
                                    ///< stream; not for SimpleRNN; null if not kept (but see next)
    float* reset_hidden = nullptr;  ///< GRU that resets before: r ⊙ h, [positions, hidden_padded]; it always needs both
    /// [batch, steps, hidden] outputs of every step, or null. Rows not started yet get start_hidden.
    float* sequence = nullptr;
    /// [batch, hidden] last hidden states.
    float* last = nullptr;
    /// Threads that share out the hidden units of every step, in Layout::parts(·, forward_panel), or null: one
    /// thread takes them all. All members are given the same block but for `member`.
    Team* team = nullptr;
    std::size_t member = 0;
};

/// Positions whose gates' gradients go into the recurrent weights' at a time: both operands of that product fit the
/// first-level cache.
inline constexpr std::size_t gradient_chunk = 64;

/// A block's way back. The gradients of the gates' inputs live in a scratch that stays in the second-level cache, and
/// leave it in sums: of the positions that one row of the projection feeds.
struct BackwardBlock {
    const Layout* layout = nullptr;
    BlockSteps steps;
    const float* recurrent = nullptr;  ///< W_hh packed by pack_recurrent_transposed()
    const float* hidden = nullptr;
    const float* cell = nullptr;
    const float* gates = nullptr;
    const float* reset_hidden = nullptr;
    float* gate_gradients = nullptr;  ///< scratch [gradient_chunk + rows, gate_stride]; a team's is twice that
    /// [positions]: the row of `sums` that a position's gradient is added to, in descending order of the positions;
    /// −1 − row: this position is the first one, whose gradient the row is set to.
    const std::int32_t* sum_rows = nullptr;
    float* sums = nullptr;                     ///< [·, projection_columns]
    const float* last_gradient = nullptr;      ///< [batch, hidden] or null
    const float* sequence_gradient = nullptr;  ///< [batch, steps, hidden] or null
    /// [steps + 1, 2, hidden_padded] or null: gradients of the states that the rows of this block
    /// start from, summed by the step at which they start. Added to.
    float* start_gradient = nullptr;
    /// [steps + 1, 2, hidden_padded] or null, `start_gradients` of them one after another: added to the
    /// state after step t − 1 (a shared prefix collects what the blocks found).
    const float* arriving = nullptr;
    std::size_t arriving_count = 0;
    std::size_t arriving_stride = 0;
    float* state_gradient = nullptr;   ///< scratch [2, rows, hidden_padded]
    float* scratch = nullptr;          ///< GRU that resets before: [rows, hidden_padded]
    float* weight_gradient = nullptr;  ///< [hidden_padded, recurrent_columns], added to
    float* bias_gradient = nullptr;    ///< GRU: of the candidate's recurrent bias [hidden_padded], added to
    Team* team = nullptr;              ///< as ForwardBlock has it, in Layout::parts(·, backward_panel)
    std::size_t member = 0;
};

/// Memory that is read soon, a few ranges of it. A product asks for it in between its multiply-adds, which hide the way
/// from the third-level cache or beyond.
struct SoonRead {
    struct Range {
        const float* begin = nullptr;
        std::size_t count = 0;  ///< floats
    };
    static constexpr std::size_t most = 3;
    Range ranges[most];
};

/// C[rows, columns] = A·B, or += with `add`, or = bias + A·B. A's depth comes in `pieces` pieces of
/// `piece_length` columns that start `piece_stride` apart; B is packed by pack_right().
struct Product {
    std::size_t rows = 0;
    const float* a = nullptr;
    std::size_t a_stride = 0;
    std::size_t pieces = 1;
    std::size_t piece_length = 0;
    std::size_t piece_stride = 0;
    const float* b = nullptr;
    float* c = nullptr;
    std::size_t c_stride = 0;
    std::size_t columns = 0;  ///< a multiple of the lanes
    const float* bias = nullptr;
    bool add = false;
    const SoonRead* soon = nullptr;  ///< null: nothing
};

/// C[rows, panels · panel_width] += Aᵀ·B over `count` rows of A and B. B's columns come in panels of
/// panel_width columns that start panel_stride apart; panel_width is a multiple of the lanes and at
/// most four times it.
struct OuterProduct {
    std::size_t count = 0;
    const float* a = nullptr;
    std::size_t a_stride = 0;
    std::size_t rows = 0;
    const float* b = nullptr;
    std::size_t b_stride = 0;
    std::size_t panels = 0;
    std::size_t panel_width = 0;
    std::size_t panel_stride = 0;
    float* c = nullptr;
    std::size_t c_stride = 0;
};

/// out[width] = Σ over `count` rows of source[row·width …], in the rows' order; the width is a multiple of the lanes.
struct GatherSum {
    const float* source = nullptr;
    std::size_t width = 0;
    const std::int32_t* rows = nullptr;
    std::size_t count = 0;
    std::size_t readable = 0;  ///< entries of `rows` in all, at least `count`: those behind are fetched ahead
    float* out = nullptr;
};

/// One step of Adam and of SGD, in the kernels' precision (updates.h has the equations).
struct AdamStep {
    float gradient_scale, coupled_decay, weight_scale;
    float one_less_beta_1, beta_2, one_less_beta_2, epsilon, rate;

    /// Whether a weight whose gradient and moments are zero changes all the same.
    [[nodiscard]] bool decays() const { return coupled_decay != 0 || weight_scale != 1; }
};
struct SgdStep {
    float gradient_scale, coupled_decay, weight_scale;
    float momentum, rate;
};

/// The kernels of one instruction set. All sums run in an order that depends on the arguments alone.
struct Kernels {
    const char* name;              ///< of the instruction set: AVX3, AVX2 …
    Factors factors;               ///< what the products of `forward` … `accumulate` round their factors to
    std::size_t lanes;             ///< floats in a vector
    std::size_t simple_rnn_panel;  ///< unit blocks that SimpleRNN's kernels take at once, while so many are left
    void (*forward[4])(const ForwardBlock&);    ///< by CellKind
    void (*backward[4])(const BackwardBlock&);  ///< by CellKind
    void (*multiply)(const Product&);
    void (*accumulate)(const OuterProduct&);
    void (*gather_sum)(const GatherSum&);
    /// sum[i] += addend[i]
    void (*add)(float* sum, const float* addend, std::size_t count);
    /// `gradient` null: zeros.
    void (*adam)(const AdamStep&, float* weight, float* first_moment, float* second_moment, const float* gradient,
                 std::size_t count);
    /// `number` steps one after another in which the gradient is zero and nothing decays.
    void (*idle_adam)(const AdamStep* steps, std::size_t number, float* weight, float* first_moment,
                      float* second_moment, std::size_t count);
    /// `velocity` null: none.
    void (*sgd)(const SgdStep&, float* weight, float* velocity, const float* gradient, std::size_t count);
    double (*sum_of_squares)(const float* values, std::size_t count);
    /// Runs independent chains of multiply-adds in registers and returns the floating-point operations
    /// done. `sink` has room for one vector.
    double (*multiply_add_chains)(std::size_t rounds, float* sink);
};

/// The kernels of the best instruction set that this processor has (and Highway is allowed to use). Throws
/// EnvironmentError for bfloat16 where it has no such products.
[[nodiscard]] Kernels best_kernels(Factors factors = Factors::float32);

/// Whether this processor multiplies bfloat16 (AVX512_BF16).
[[nodiscard]] bool has_bfloat16_products();

}  // namespace cellwise::engine
