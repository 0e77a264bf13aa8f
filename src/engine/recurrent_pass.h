#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/buffer.h"
#include "engine/kernels.h"
#include "engine/plan.h"
#include "engine/thread_pool.h"

namespace cellwise::engine {

/// Each technique can be switched off, which changes results by rounding alone.
struct Switches {
    bool share_tokens = true;  ///< project every distinct token once, and sum its gradients first
    bool share_prefix = true;  ///< compute the padding that rows begin with once for all rows
    /// Where there are more threads than blocks of rows, several share the hidden units of a block's steps, if a step
    /// has so many multiply-adds. It changes no bit.
    std::size_t least_shared_step = 32768;
};

struct LayerOptions {
    CellKind cell = CellKind::lstm;
    std::size_t input_size = 0;
    std::size_t hidden_size = 0;
    bool reverse = false;  ///< read time backwards, as the backward half of a bidirectional layer
    Factors factors = Factors::float32;
    Switches switches;
};

/// PyTorch's layout and gate order (LSTM i, f, g, o; GRU r, z, n); a null bias is zeros.
struct LayerWeights {
    const float* w_ih = nullptr;  ///< [gates · hidden, input]
    const float* w_hh = nullptr;  ///< [gates · hidden, hidden]
    const float* b_ih = nullptr;  ///< [gates · hidden]
    const float* b_hh = nullptr;
};

/// Either ids and the table they look up, or dense input. batch and steps are at least 1.
struct LayerInput {
    std::size_t batch = 0;
    std::size_t steps = 0;
    const std::int32_t* ids32 = nullptr;  ///< [batch, steps], this or the next
    const std::int64_t* ids64 = nullptr;
    const float* table = nullptr;  ///< [vocabulary, input]
    std::size_t vocabulary = 0;
    const float* dense = nullptr;  ///< [batch, steps, input]
};

/// What forward writes; null means not wanted.
struct LayerOutput {
    float* last = nullptr;      ///< [batch, hidden]: the state after the last step read
    float* sequence = nullptr;  ///< [batch, steps, hidden]: at each time the state after reading it
};

/// The loss's gradients of the outputs; null means zeros.
struct OutputGradient {
    const float* last = nullptr;
    const float* sequence = nullptr;
};

/// What backward writes; null means not wanted. `input` has a row for every entry of tokens(), or is
/// [batch, steps, input] for dense input.
struct LayerGradient {
    float* w_ih = nullptr;
    float* w_hh = nullptr;
    float* b_ih = nullptr;
    float* b_hh = nullptr;
    float* input = nullptr;
};

/// Wall-clock seconds of the parts of a pass's last forward and backward.
struct PassSeconds {
    double plan = 0;                ///< the batch's plan; the weights into the kernels' layout
    double projection = 0;          ///< of the distinct tokens (or the dense input); the shared prefix
    double recurrent_forward = 0;   ///< the blocks through time
    double recurrent_backward = 0;  ///< the blocks back, with w_hh's gradient and the gates' gradients summed per token
    double input_backward = 0;      ///< the blocks' sums added up; gradients of input and w_ih; the prefix
    double collection = 0;          ///< partial sums added up and brought into PyTorch's layout
};

/// One recurrent layer over one batch: forward, and backward if forward kept what it needs. Its
/// memory is used again by the next forward. Results do not depend on the number of threads.
class RecurrentPass {
public:
    /// Throws EnvironmentError for factors that this processor cannot multiply.
    explicit RecurrentPass(const LayerOptions& options);
    RecurrentPass(const LayerOptions& options, const Kernels& kernels);

    /// Takes weights, and with ids their table [vocabulary, input], that will not change any more (all must stay where
    /// they are): every forward from now on is given the same ones and keeps nothing. The weights are packed once, a
    /// token is projected when it first appears, and the shared padding is computed once. The results keep their bits.
    /// A table whose projections would take over 256 MiB is projected batch by batch as before.
    void settle(const LayerWeights& weights, const float* table, std::size_t vocabulary);

    /// Throws DataError for an id outside the table.
    void forward(ThreadPool& pool, const LayerWeights& weights, const LayerInput& input, const LayerOutput& output,
                 bool keep);

    /// After a forward that kept; the input's memory must hold what it held then. Once per forward.
    void backward(ThreadPool& pool, const LayerInput& input, const OutputGradient& output_gradient,
                  const LayerGradient& gradient);

    /// Ascending distinct token ids of the last forward's batch (with share_tokens off, one for every
    /// position, in no order).
    [[nodiscard]] const std::vector<std::int32_t>& tokens() const { return plan_.tokens(); }
    [[nodiscard]] const LayerOptions& options() const { return options_; }
    [[nodiscard]] const PassSeconds& seconds() const { return seconds_; }

private:
    void plan(const LayerInput& input);
    void prepare(ThreadPool& pool, const LayerWeights& weights, const LayerInput& input, bool keep);
    void list_fresh_tokens();
    void reserve_prefix(std::size_t steps);
    void project(ThreadPool& pool, const LayerInput& input, bool keep);
    void project_rows(const float* const* rows, std::size_t count, float* scratch, float* out) const;
    void project_prefix(const LayerInput& input, float* scratch);
    void run_prefix(std::size_t steps, Team* team, std::size_t member);
    void run_blocks(ThreadPool& pool, const LayerOutput& output, bool keep);
    [[nodiscard]] std::size_t rows_of_blocks() const;
    [[nodiscard]] std::size_t team_members(std::size_t threads, std::size_t blocks, std::size_t rows,
                                           std::size_t parts) const;

    void blocks_backward(ThreadPool& pool, const OutputGradient& output_gradient);
    void begin_prefix_backward();
    void prefix_backward(float* gate_gradients, Team* team, std::size_t member);
    void inputs_backward(ThreadPool& pool, const LayerInput& input, const LayerGradient& gradient);
    [[nodiscard]] std::size_t group_start(std::size_t group) const;
    void group_backward(std::size_t group, const LayerInput& input, const LayerGradient& gradient, float* scratch);
    void rows_backward(const LayerInput& input, std::size_t first, std::size_t count, float* gates, float* group_sums,
                       float* input_gradient, float* scratch) const;
    void add_prefix(const LayerInput& input, const LayerGradient& gradient, float* scratch);
    void finish_gradients(ThreadPool& pool, const LayerGradient& gradient);

    [[nodiscard]] const float* input_row(const LayerInput& input, std::size_t row) const;
    [[nodiscard]] float* scratch(std::size_t worker) { return scratch_[worker].data(); }
    // Rows of the scratch are kept off the powers of two, which share a few sets of the first-level cache.
    [[nodiscard]] std::size_t input_stride() const { return layout_.input_padded + 16; }
    [[nodiscard]] std::size_t gates_stride() const { return layout_.projection_columns + 16; }
    // Floats of a position's gates, as forward leaves them.
    [[nodiscard]] std::size_t gates_of_position() const { return layout_.slots * layout_.hidden_padded; }
    [[nodiscard]] std::size_t chunk_scratch_size() const;
    [[nodiscard]] std::size_t scratch_size() const;
    void reserve_scratch(std::size_t workers);
    [[nodiscard]] std::size_t recurrent_partial_size() const;
    [[nodiscard]] std::size_t input_partial_size() const;

    LayerOptions options_;
    Kernels kernels_;
    Layout layout_;
    SequencePlan plan_;
    std::size_t groups_ = 0;
    PassSeconds seconds_;

    bool kept_ = false;                    // the last forward kept what its backward needs, which has not run yet
    bool settled_ = false;                 // the weights are packed and stay
    std::vector<std::uint8_t> projected_;  // [vocabulary]: tokens whose projection stays; empty: none does
    std::vector<std::int32_t> fresh_;      // tokens of this batch that are not projected yet
    std::size_t settled_prefix_ = 0;       // steps of padding whose states stay

    Buffer<float> input_weights_, input_weights_transposed_, recurrent_weights_, recurrent_weights_transposed_;
    Buffer<float> projection_bias_, recurrent_bias_;
    Buffer<float> projection_;                            // [projection rows, projection_columns]
    Buffer<float> hidden_, cell_, gates_, reset_hidden_;  // all blocks' states and positions
    Buffer<float> prefix_projection_, prefix_hidden_, prefix_cell_, prefix_gates_, prefix_reset_hidden_;
    Buffer<float> sums_;                                // [plan_.sum_count(), projection_columns]
    Buffer<float> prefix_gradient_;                     // [blocks, prefix + 1, 2, hidden_padded]
    Buffer<float> state_gradient_, candidate_scratch_;  // [rows + 1, 2, ·], [rows + 1, ·]
    Buffer<float> team_gradients_;                      // [blocks, 2, chunk_scratch_size()]
    Buffer<float> recurrent_partials_;                  // [blocks + 1, recurrent_partial_size()]
    Buffer<float> input_partials_;                      // [groups, input_partial_size()]
    Buffer<float> prefix_sum_;                          // [projection_columns]
    std::vector<Buffer<float>> scratch_;
};

}  // namespace cellwise::engine
