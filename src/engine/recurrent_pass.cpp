#include "engine/recurrent_pass.h"

#include <algorithm>
#include <cassert>
#include <deque>
#include <exception>

#include "core/stopwatch.h"
#include "engine/copied_rows.h"
#include "engine/packing.h"

namespace cellwise::engine {
namespace {

constexpr std::size_t most_settled_bytes = std::size_t{256} << 20;
constexpr std::size_t packed_piece = 100000;

// What may throw, within a task, which may not: the caller throws it again when the tasks are done.
template <class Function>
void keep_error(std::exception_ptr& error, const Function& function) {
    try {
        function();
    } catch (...) {
        error = std::current_exception();
    }
}

}  // namespace

RecurrentPass::RecurrentPass(const LayerOptions& options) : RecurrentPass(options, best_kernels(options.factors)) {}

RecurrentPass::RecurrentPass(const LayerOptions& options, const Kernels& kernels)
    : options_(options),
      kernels_(kernels),
      layout_(options.cell, options.input_size, options.hidden_size, kernels.lanes, kernels.factors) {}

void RecurrentPass::forward(ThreadPool& pool, const LayerWeights& weights, const LayerInput& input,
                            const LayerOutput& output, bool keep) {
    reserve_scratch(static_cast<std::size_t>(pool.size()));
    Stopwatch watch;
    prepare(pool, weights, input, keep);
    seconds_.plan = watch.lap();
    project(pool, input, keep);
    seconds_.projection = watch.lap();
    run_blocks(pool, output, keep);
    seconds_.recurrent_forward = watch.lap();
    kept_ = keep;
}

void RecurrentPass::settle(const LayerWeights& weights, const float* table, std::size_t vocabulary) {
    pack_input(layout_, weights.w_ih, input_weights_.reserve(packed_input_size(layout_)));
    pack_recurrent(layout_, kernels_.simple_rnn_panel, weights.w_hh,
                   recurrent_weights_.reserve(packed_recurrent_size(layout_)));
    pack_bias(layout_, weights.b_ih, weights.b_hh, projection_bias_.reserve(layout_.projection_columns),
              recurrent_bias_.reserve(layout_.hidden_padded));
    const std::size_t columns = layout_.projection_columns;
    projected_.clear();
    if (table != nullptr && options_.switches.share_tokens &&
        vocabulary <= most_settled_bytes / sizeof(float) / columns) {
        projected_.assign(vocabulary, 0);
        projection_.reserve(vocabulary * columns);
    }
    settled_prefix_ = 0;
    settled_ = true;
}

void RecurrentPass::plan(const LayerInput& input) {
    if (input.dense != nullptr) return plan_.plan_dense(input.batch, input.steps, options_.reverse);
    SequencePlan::Options plan_options{options_.switches.share_tokens, options_.switches.share_prefix, options_.reverse,
                                       !projected_.empty()};
    if (input.ids32 != nullptr) {
        plan_.plan_tokens(input.ids32, input.batch, input.steps, input.vocabulary, plan_options);
    } else {
        plan_.plan_tokens(input.ids64, input.batch, input.steps, input.vocabulary, plan_options);
    }
}

void RecurrentPass::prepare(ThreadPool& pool, const LayerWeights& weights, const LayerInput& input, bool keep) {
    assert(!(settled_ && keep) && "settled weights serve forwards that keep nothing");
    if (settled_) return plan(input);
    float* const packed_input = input_weights_.reserve(packed_input_size(layout_));
    float* const packed_recurrent = recurrent_weights_.reserve(packed_recurrent_size(layout_));
    float* const packed_input_transposed =
        keep ? input_weights_transposed_.reserve(packed_input_transposed_size(layout_)) : nullptr;
    float* const packed_recurrent_transposed =
        keep ? recurrent_weights_transposed_.reserve(packed_recurrent_transposed_size(layout_)) : nullptr;
    float* const projection_bias = projection_bias_.reserve(layout_.projection_columns);
    float* const recurrent_bias = recurrent_bias_.reserve(layout_.hidden_padded);

    std::exception_ptr error;
    // Small weights are packed by a thread each. A piece of large ones has some 100,000 numbers.
    const std::size_t pieces = 1 + packed_recurrent_size(layout_) / packed_piece;
    const std::size_t tasks_of_weights = keep ? 4 : 2;
    pool.run(1 + tasks_of_weights * pieces, [&](std::size_t task, std::size_t /*worker*/) {
        if (task == 0) {
            pack_bias(layout_, weights.b_ih, weights.b_hh, projection_bias, recurrent_bias);
            return keep_error(error, [&] { plan(input); });
        }
        const Piece piece{(task - 1) % pieces, pieces};
        switch ((task - 1) / pieces) {
            case 0:
                pack_recurrent(layout_, kernels_.simple_rnn_panel, weights.w_hh, packed_recurrent, piece);
                break;
            case 1:
                pack_input(layout_, weights.w_ih, packed_input, piece);
                break;
            case 2:
                pack_recurrent_transposed(layout_, weights.w_hh, packed_recurrent_transposed, piece);
                break;
            default:
                pack_input_transposed(layout_, weights.w_ih, packed_input_transposed, piece);
                break;
        }
    });
    if (error) std::rethrow_exception(error);
}

const float* RecurrentPass::input_row(const LayerInput& input, std::size_t row) const {
    return input.dense != nullptr ? input.dense + row * layout_.input
                                  : input.table + static_cast<std::size_t>(plan_.tokens()[row]) * layout_.input;
}

void RecurrentPass::project_rows(const float* const* rows, std::size_t count, float* gathered, float* out) const {
    copy_rows(
        count, layout_.input, [&](std::size_t i) { return rows[i]; }, gathered, input_stride());
    Product product;
    product.rows = count;
    product.a = gathered;
    product.a_stride = input_stride();
    product.piece_length = layout_.input;
    product.b = input_weights_.data();
    product.c = out;
    product.c_stride = layout_.projection_columns;
    product.columns = layout_.projection_columns;
    product.bias = projection_bias_.data();
    kernels_.multiply(product);
}

void RecurrentPass::reserve_prefix(std::size_t steps) {
    prefix_projection_.reserve(layout_.projection_columns);
    prefix_hidden_.reserve((steps + 1) * layout_.hidden_padded);
    if (layout_.kind == CellKind::lstm) prefix_cell_.reserve((steps + 1) * layout_.hidden_padded);
    if (layout_.kind == CellKind::gru_reset_before) prefix_reset_hidden_.reserve(steps * layout_.hidden_padded);
    if (layout_.kind != CellKind::simple_rnn) prefix_gates_.reserve(steps * gates_of_position());
}

void RecurrentPass::list_fresh_tokens() {
    fresh_.clear();
    for (const std::int32_t token : plan_.tokens()) {
        auto& is_projected = projected_[static_cast<std::size_t>(token)];
        if (is_projected == 0) fresh_.push_back(token);
        is_projected = 1;
    }
}

void RecurrentPass::project(ThreadPool& pool, const LayerInput& input, bool keep) {
    const bool by_id = !projected_.empty() && input.dense == nullptr;
    if (by_id) list_fresh_tokens();
    const std::size_t columns = layout_.projection_columns;
    const std::size_t rows = by_id ? fresh_.size() : plan_.projection_count();
    const std::size_t chunks = (rows + chunk_rows - 1) / chunk_rows;
    // What stays serves the longest padding that such a batch may have.
    const bool is_prefix_known = settled_ && plan_.prefix_steps() <= settled_prefix_;
    const std::size_t prefix = is_prefix_known ? 0 : settled_ ? input.steps : plan_.prefix_steps();
    if (!by_id) projection_.reserve(rows * columns);
    if (prefix > 0) {
        reserve_prefix(prefix);
        settled_prefix_ = prefix;
    }
    // The prefix is a chain of steps of one row. Where one step is too little to share, it runs beside the projections,
    // which are many.
    const std::size_t parts = layout_.parts(kernels_.simple_rnn_panel, forward_panel);
    const std::size_t members = prefix > 0 ? team_members(static_cast<std::size_t>(pool.size()), 1, 1, parts) : 1;
    if (members > 1) {
        project_prefix(input, scratch(0));
        Team team(members, parts);
        pool.run(members, [&](std::size_t member, std::size_t /*worker*/) { run_prefix(prefix, &team, member); });
    }
    std::exception_ptr error;
    pool.run(chunks + 2, [&](std::size_t task, std::size_t worker) {
        if (task == 0) {
            if (prefix == 0 || members > 1) return;
            project_prefix(input, scratch(worker));
            run_prefix(prefix, nullptr, 0);
        } else if (task == 1) {
            if (keep) keep_error(error, [&] { plan_.list_sums(); });
        } else {
            const std::size_t first = (task - 2) * chunk_rows;
            const std::size_t count = std::min(chunk_rows, rows - first);
            const float* sources[chunk_rows] = {};
            if (!by_id) {
                for (std::size_t i = 0; i < count; ++i) sources[i] = input_row(input, first + i);
                project_rows(sources, count, scratch(worker), projection_.data() + first * columns);
                return;
            }
            const auto token = [&](std::size_t i) { return static_cast<std::size_t>(fresh_[first + i]); };
            for (std::size_t i = 0; i < count; ++i) sources[i] = input.table + token(i) * layout_.input;
            float* const results = scratch(worker) + chunk_rows * input_stride();
            project_rows(sources, count, scratch(worker), results);
            for (std::size_t i = 0; i < count; ++i) {
                std::copy_n(results + i * columns, columns, projection_.data() + token(i) * columns);
            }
        }
    });
    if (error) std::rethrow_exception(error);
}

void RecurrentPass::project_prefix(const LayerInput& input, float* gathered) {
    const float* const row = input_row(input, plan_.padding_rank());
    project_rows(&row, 1, gathered, prefix_projection_.data());
}

void RecurrentPass::run_prefix(std::size_t steps, Team* team, std::size_t member) {
    ForwardBlock block;
    block.layout = &layout_;
    block.steps = plan_.prefix_block(steps);
    block.projection_rows = plan_.prefix_projection_rows();
    block.projection = prefix_projection_.data();
    block.recurrent = recurrent_weights_.data();
    block.recurrent_bias = recurrent_bias_.data();
    block.hidden = prefix_hidden_.data();
    block.cell = layout_.kind == CellKind::lstm ? prefix_cell_.data() : nullptr;
    block.gates = layout_.kind == CellKind::simple_rnn ? nullptr : prefix_gates_.data();
    block.reset_hidden = prefix_reset_hidden_.data();
    block.team = team;
    block.member = member;
    kernels_.forward[static_cast<int>(layout_.kind)](block);
}

void RecurrentPass::run_blocks(ThreadPool& pool, const LayerOutput& output, bool keep) {
    const bool has_cell = layout_.kind == CellKind::lstm;
    const bool resets_before = layout_.kind == CellKind::gru_reset_before;
    const bool has_gates = resets_before || (keep && layout_.kind != CellKind::simple_rnn);
    const std::size_t blocks = plan_.block_count();
    const std::size_t width = layout_.hidden_padded;
    std::size_t rows = 0;
    for (std::size_t i = 0; i < blocks; ++i) rows += plan_.block_rows(i);
    const std::size_t positions = keep ? plan_.position_count() : rows;
    const std::size_t states = keep ? positions + rows : 2 * rows;
    hidden_.reserve(states * width);
    if (has_cell) cell_.reserve(states * width);
    if (has_gates) gates_.reserve(positions * gates_of_position());
    if (resets_before) reset_hidden_.reserve(positions * width);

    std::vector<std::size_t> first_row(blocks);
    for (std::size_t i = 1; i < blocks; ++i) first_row[i] = first_row[i - 1] + plan_.block_rows(i - 1);
    const std::size_t parts = layout_.parts(kernels_.simple_rnn_panel, forward_panel);
    const std::size_t members = team_members(static_cast<std::size_t>(pool.size()), blocks, rows_of_blocks(), parts);
    std::deque<Team> teams;
    for (std::size_t i = 0; members > 1 && i < blocks; ++i) teams.emplace_back(members, parts);
    pool.run(blocks * members, [&](std::size_t task, std::size_t /*worker*/) {
        const std::size_t index = task / members;
        const std::size_t position = keep ? plan_.first_position(index) : first_row[index];
        const std::size_t state = keep ? plan_.first_state(index) : 2 * first_row[index];
        ForwardBlock block;
        block.layout = &layout_;
        block.steps = plan_.block(index);
        block.projection_rows = plan_.projection_rows() + plan_.first_position(index);
        block.projection = projection_.data();
        block.recurrent = recurrent_weights_.data();
        block.recurrent_bias = recurrent_bias_.data();
        if (plan_.prefix_steps() > 0) {
            block.start_hidden = prefix_hidden_.data();
            block.start_cell = prefix_cell_.data();
        }
        block.keep = keep;
        block.hidden = hidden_.data() + state * width;
        block.cell = has_cell ? cell_.data() + state * width : nullptr;
        block.gates = has_gates ? gates_.data() + position * gates_of_position() : nullptr;
        block.reset_hidden = resets_before ? reset_hidden_.data() + position * width : nullptr;
        block.sequence = output.sequence;
        block.last = output.last;
        block.team = teams.empty() ? nullptr : &teams[index];
        block.member = task % members;
        kernels_.forward[static_cast<int>(layout_.kind)](block);
    });
}

// Rows of the highest block.
std::size_t RecurrentPass::rows_of_blocks() const {
    std::size_t rows = 0;
    for (std::size_t i = 0; i < plan_.block_count(); ++i) rows = std::max(rows, plan_.block_rows(i));
    return rows;
}

// How many threads share the steps of a block of so many rows: all that the blocks leave idle, if a step is worth it.
std::size_t RecurrentPass::team_members(std::size_t threads, std::size_t blocks, std::size_t rows,
                                        std::size_t parts) const {
    if (rows * layout_.hidden_padded * layout_.recurrent_columns < options_.switches.least_shared_step) return 1;
    return std::clamp(threads / blocks, std::size_t{1}, parts);
}

// Of the gates' gradients of a chunk of positions; the prefix is a block of one row.
std::size_t RecurrentPass::chunk_scratch_size() const {
    return (gradient_chunk + std::max(rows_of_blocks(), std::size_t{1})) * layout_.gate_stride;
}

std::size_t RecurrentPass::scratch_size() const {
    return std::max(chunk_rows * (2 * input_stride() + gates_stride()), chunk_scratch_size());
}

void RecurrentPass::reserve_scratch(std::size_t workers) {
    scratch_.resize(std::max(scratch_.size(), workers));
    for (Buffer<float>& memory : scratch_) memory.reserve(scratch_size());
}

}  // namespace cellwise::engine
