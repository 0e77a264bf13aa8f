#include <algorithm>
#include <cassert>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/stopwatch.h"
#include "engine/copied_rows.h"
#include "engine/packing.h"
#include "engine/recurrent_pass.h"

namespace cellwise::engine {
namespace {

// The projection rows are dealt out to at most this many groups, whose weight gradients are summed
// separately and then together: a number that no thread count changes.
constexpr std::size_t most_groups = 8;
constexpr std::size_t rows_of_a_group = 16;  // at least, while there are rows
// Rows of a packed gradient that one task brings into PyTorch's layout.
constexpr std::size_t unpacked_rows = 16;

// Whether the kernels may write vectors of so many lanes there.
bool is_aligned(const float* memory, std::size_t lanes) {
    return reinterpret_cast<std::uintptr_t>(memory) % (lanes * sizeof(float)) == 0;
}

}  // namespace

// A group's or block's sums: the weight gradient [depth, columns] and behind it the bias gradient.
std::size_t RecurrentPass::recurrent_partial_size() const {
    return layout_.hidden_padded * (layout_.recurrent_columns + 1);
}
std::size_t RecurrentPass::input_partial_size() const {
    return (layout_.input_padded + 1) * layout_.projection_columns;
}

void RecurrentPass::backward(ThreadPool& pool, const LayerInput& input, const OutputGradient& output_gradient,
                             const LayerGradient& gradient) {
    assert(kept_ && "backward runs once after a forward that kept");
    kept_ = false;
    reserve_scratch(static_cast<std::size_t>(pool.size()));
    Stopwatch watch;
    blocks_backward(pool, output_gradient);
    seconds_.recurrent_backward = watch.lap();
    inputs_backward(pool, input, gradient);
    seconds_.input_backward = watch.lap();
    finish_gradients(pool, gradient);
    seconds_.collection = watch.lap();
}

void RecurrentPass::blocks_backward(ThreadPool& pool, const OutputGradient& output_gradient) {
    const std::size_t blocks = plan_.block_count();
    const std::size_t width = layout_.hidden_padded;
    const std::size_t prefix = plan_.prefix_steps();
    const std::size_t prefix_stride = (prefix + 1) * 2 * width;
    std::vector<std::size_t> first_row(blocks + 1);
    for (std::size_t i = 0; i < blocks; ++i) first_row[i + 1] = first_row[i] + plan_.block_rows(i);
    state_gradient_.reserve((first_row[blocks] + 1) * 2 * width);
    candidate_scratch_.reserve((first_row[blocks] + 1) * width);
    recurrent_partials_.reserve((blocks + 1) * recurrent_partial_size());
    if (prefix > 0) prefix_gradient_.reserve(blocks * prefix_stride);

    sums_.reserve(plan_.sum_count() * layout_.projection_columns);

    const std::size_t parts = layout_.parts(kernels_.simple_rnn_panel, backward_panel);
    const std::size_t members = team_members(static_cast<std::size_t>(pool.size()), blocks, rows_of_blocks(), parts);
    const auto clear = [&](std::size_t index) {
        std::fill_n(recurrent_partials_.data() + index * recurrent_partial_size(), recurrent_partial_size(), 0.0F);
        if (prefix > 0) std::fill_n(prefix_gradient_.data() + index * prefix_stride, prefix_stride, 0.0F);
    };
    std::deque<Team> teams;
    const std::size_t team_scratch = members > 1 ? 2 * chunk_scratch_size() : 0;
    if (members > 1) {
        for (std::size_t i = 0; i < blocks; ++i) teams.emplace_back(members, parts);
        team_gradients_.reserve(blocks * team_scratch);
        pool.run(blocks, [&](std::size_t index, std::size_t /*worker*/) { clear(index); });
    }
    // The blocks that forward did last are nearest: in the second-level cache.
    pool.run(blocks * members, [&](std::size_t task, std::size_t worker) {
        const std::size_t index = blocks - 1 - task / members;
        if (members == 1) clear(index);
        float* const partial = recurrent_partials_.data() + index * recurrent_partial_size();
        BackwardBlock block;
        block.layout = &layout_;
        block.steps = plan_.block(index);
        block.recurrent = recurrent_weights_transposed_.data();
        block.hidden = hidden_.data() + plan_.first_state(index) * width;
        block.cell = layout_.kind == CellKind::lstm ? cell_.data() + plan_.first_state(index) * width : nullptr;
        if (layout_.kind != CellKind::simple_rnn) {
            block.gates = gates_.data() + plan_.first_position(index) * gates_of_position();
        }
        block.gate_gradients = members > 1 ? team_gradients_.data() + index * team_scratch : scratch(worker);
        block.sum_rows = plan_.sum_rows() + plan_.first_position(index);
        block.sums = sums_.data();
        if (layout_.kind == CellKind::gru_reset_before) {
            block.reset_hidden = reset_hidden_.data() + plan_.first_position(index) * width;
        }
        block.last_gradient = output_gradient.last;
        block.sequence_gradient = output_gradient.sequence;
        if (prefix > 0) block.start_gradient = prefix_gradient_.data() + index * prefix_stride;
        block.state_gradient = state_gradient_.data() + first_row[index] * 2 * width;
        block.scratch = candidate_scratch_.data() + first_row[index] * width;
        block.weight_gradient = partial;
        block.bias_gradient = partial + width * layout_.recurrent_columns;
        block.team = members > 1 ? &teams[index] : nullptr;
        block.member = task % members;
        kernels_.backward[static_cast<int>(layout_.kind)](block);
    });
}

void RecurrentPass::begin_prefix_backward() {
    std::fill_n(recurrent_partials_.data() + plan_.block_count() * recurrent_partial_size(), recurrent_partial_size(),
                0.0F);
    std::fill_n(prefix_sum_.data(), layout_.projection_columns, 0.0F);
}

// Runs after the blocks, which leave in prefix_gradient_ what came back to their rows' starting states, and after
// begin_prefix_backward().
void RecurrentPass::prefix_backward(float* gate_gradients, Team* team, std::size_t member) {
    const std::size_t blocks = plan_.block_count();
    const std::size_t width = layout_.hidden_padded;
    const std::size_t prefix = plan_.prefix_steps();
    float* const partial = recurrent_partials_.data() + blocks * recurrent_partial_size();
    std::size_t rows = 0;
    for (std::size_t i = 0; i < blocks; ++i) rows += plan_.block_rows(i);
    BackwardBlock block;
    block.layout = &layout_;
    block.steps = plan_.prefix_block(plan_.prefix_steps());
    block.recurrent = recurrent_weights_transposed_.data();
    block.hidden = prefix_hidden_.data();
    block.cell = layout_.kind == CellKind::lstm ? prefix_cell_.data() : nullptr;
    if (layout_.kind != CellKind::simple_rnn) block.gates = prefix_gates_.data();
    block.gate_gradients = gate_gradients;
    block.sum_rows = plan_.prefix_sum_rows();
    block.sums = prefix_sum_.data();
    block.reset_hidden = prefix_reset_hidden_.data();
    block.arriving = prefix_gradient_.data();
    block.arriving_count = blocks;
    block.arriving_stride = (prefix + 1) * 2 * width;
    block.state_gradient = state_gradient_.data() + rows * 2 * width;
    block.scratch = candidate_scratch_.data() + rows * width;
    block.weight_gradient = partial;
    block.bias_gradient = partial + width * layout_.recurrent_columns;
    block.team = team;
    block.member = member;
    kernels_.backward[static_cast<int>(layout_.kind)](block);
}

void RecurrentPass::inputs_backward(ThreadPool& pool, const LayerInput& input, const LayerGradient& gradient) {
    const std::size_t rows = plan_.projection_count();
    groups_ = std::clamp(rows / rows_of_a_group, std::size_t{1}, most_groups);
    input_partials_.reserve(groups_ * input_partial_size());
    prefix_sum_.reserve(layout_.projection_columns);
    const bool has_prefix = plan_.prefix_steps() > 0;
    const std::size_t parts = layout_.parts(kernels_.simple_rnn_panel, backward_panel);
    const std::size_t members = team_members(static_cast<std::size_t>(pool.size()), 1, 1, parts);
    if (has_prefix && members > 1) {
        begin_prefix_backward();
        team_gradients_.reserve(2 * chunk_scratch_size());
        Team team(members, parts);
        pool.run(members, [&](std::size_t member, std::size_t /*worker*/) {
            prefix_backward(team_gradients_.data(), &team, member);
        });
    }
    pool.run(groups_ + 1, [&](std::size_t task, std::size_t worker) {
        if (task == 0) {
            if (!has_prefix || members > 1) return;
            begin_prefix_backward();
            prefix_backward(scratch(worker), nullptr, 0);
        } else {
            group_backward(task - 1, input, gradient, scratch(worker));
        }
    });
    if (has_prefix) add_prefix(input, gradient, scratch(0));
}

// First row of a group: consecutive rows, dealt out so that groups have equal work. A row's products cost as much as
// adding up some 64 sums.
std::size_t RecurrentPass::group_start(std::size_t group) const {
    constexpr std::size_t sums_worth_a_row = 64;
    const std::size_t rows = plan_.projection_count();
    const auto cost = [&](std::size_t row) {
        return row * sums_worth_a_row +
               (row < rows ? plan_.sum_count() - plan_.sums_of(row).readable : plan_.sum_count());
    };
    const std::size_t wanted = cost(rows) / groups_ * group;
    if (group == groups_) return rows;
    std::size_t low = 0, high = rows;  // the first row of at least that cost
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        cost(middle) < wanted ? low = middle + 1 : high = middle;
    }
    return low;
}

void RecurrentPass::group_backward(std::size_t group, const LayerInput& input, const LayerGradient& gradient,
                                   float* memory) {
    float* const sums = input_partials_.data() + group * input_partial_size();
    std::fill_n(sums, input_partial_size(), 0.0F);
    float* const gates = memory + 2 * chunk_rows * input_stride();
    const std::size_t last = group_start(group + 1);
    for (std::size_t first = group_start(group); first < last; first += chunk_rows) {
        const std::size_t count = std::min(chunk_rows, last - first);
        for (std::size_t i = 0; i < count; ++i) {
            const SequencePlan::Sums parts = plan_.sums_of(first + i);
            GatherSum sum;
            sum.source = sums_.data();
            sum.width = layout_.projection_columns;
            sum.rows = parts.begin;
            sum.count = parts.count;
            sum.readable = parts.readable;
            sum.out = gates + i * gates_stride();
            kernels_.gather_sum(sum);
        }
        rows_backward(input, first, count, gates, sums, gradient.input, memory);
    }
}

// With the gates' gradients of the projection rows [first, first + count): adds to the weights' and the bias's sums,
// and writes the rows of the input's gradient.
void RecurrentPass::rows_backward(const LayerInput& input, std::size_t first, std::size_t count, float* gates,
                                  float* group_sums, float* input_gradient, float* memory) const {
    const std::size_t columns = layout_.projection_columns;
    float* const gathered = memory;
    float* const bias = group_sums + layout_.input_padded * columns;
    copy_rows(
        count, layout_.input, [&](std::size_t i) { return input_row(input, first + i); }, gathered, input_stride());
    for (std::size_t i = 0; i < count; ++i) kernels_.add(bias, gates + i * gates_stride(), columns);
    OuterProduct outer;
    outer.count = count;
    outer.a = gathered;
    outer.a_stride = input_stride();
    outer.rows = layout_.input;
    outer.b = gates;
    outer.b_stride = gates_stride();
    outer.panel_width = 4 * layout_.lanes;
    outer.panel_stride = outer.panel_width;
    outer.panels = columns / outer.panel_width;
    outer.c = group_sums;
    outer.c_stride = columns;
    kernels_.accumulate(outer);
    const std::size_t done = outer.panels * outer.panel_width;
    if (done < columns) {
        outer.b += done;
        outer.c += done;
        outer.panel_width = columns - done;
        outer.panels = 1;
        kernels_.accumulate(outer);
    }
    if (input_gradient == nullptr) return;
    Product product;
    product.rows = count;
    product.a = gates;
    product.a_stride = gates_stride();
    product.piece_length = columns;
    product.b = input_weights_transposed_.data();
    product.columns = layout_.input_padded;
    float* const out = input_gradient + first * layout_.input;
    if (layout_.input == layout_.input_padded && is_aligned(out, layout_.lanes)) {
        product.c = out;
        product.c_stride = layout_.input;
        kernels_.multiply(product);
        return;
    }
    product.c = memory + chunk_rows * input_stride();
    product.c_stride = input_stride();
    kernels_.multiply(product);
    for (std::size_t i = 0; i < count; ++i) {
        std::copy_n(product.c + i * product.c_stride, layout_.input, out + i * layout_.input);
    }
}

// The prefix is one more row of gates' gradients, of the padding token.
void RecurrentPass::add_prefix(const LayerInput& input, const LayerGradient& gradient, float* memory) {
    const std::size_t row = plan_.padding_rank();
    std::vector<float> sum(gradient.input == nullptr ? 0 : layout_.input);
    float* const place = gradient.input + row * layout_.input;
    if (gradient.input != nullptr) std::copy_n(place, layout_.input, sum.data());
    rows_backward(input, row, 1, prefix_sum_.data(), input_partials_.data(), gradient.input, memory);
    for (std::size_t i = 0; i < sum.size(); ++i) place[i] += sum[i];
}

void RecurrentPass::finish_gradients(ThreadPool& pool, const LayerGradient& gradient) {
    const std::size_t input_tasks = (layout_.input + unpacked_rows - 1) / unpacked_rows;
    const std::size_t recurrent_tasks = (layout_.hidden + unpacked_rows - 1) / unpacked_rows;
    const std::size_t columns = layout_.projection_columns;
    // Sums rows [first, last) of the partial results into the first of them.
    const auto sum_rows = [&](float* partials, std::size_t count, std::size_t stride, std::size_t first,
                              std::size_t last) {
        for (std::size_t i = 1; i < count; ++i) {
            kernels_.add(partials + first * columns, partials + i * stride + first * columns, (last - first) * columns);
        }
    };
    float* const input_sums = input_partials_.data();
    float* const recurrent_sums = recurrent_partials_.data();
    const std::size_t recurrent_count = plan_.block_count() + (plan_.prefix_steps() > 0 ? 1 : 0);
    pool.run(input_tasks + recurrent_tasks, [&](std::size_t task, std::size_t /*worker*/) {
        if (task < input_tasks) {
            const std::size_t first = task * unpacked_rows;
            const std::size_t last = std::min(first + unpacked_rows, layout_.input);
            if (gradient.w_ih == nullptr) return;
            sum_rows(input_sums, groups_, input_partial_size(), first, last);
            unpack_input_gradient(layout_, input_sums, first, last, gradient.w_ih);
        } else {
            const std::size_t first = (task - input_tasks) * unpacked_rows;
            const std::size_t last = std::min(first + unpacked_rows, layout_.hidden);
            if (gradient.w_hh == nullptr) return;
            sum_rows(recurrent_sums, recurrent_count, recurrent_partial_size(), first, last);
            unpack_recurrent_gradient(layout_, recurrent_sums, first, last, gradient.w_hh);
        }
    });
    float* const bias = input_sums + layout_.input_padded * columns;
    for (std::size_t i = 1; i < groups_; ++i) kernels_.add(bias, bias + i * input_partial_size(), columns);
    float* const recurrent_bias = recurrent_sums + layout_.hidden_padded * layout_.recurrent_columns;
    for (std::size_t i = 1; i < recurrent_count; ++i) {
        kernels_.add(recurrent_bias, recurrent_bias + i * recurrent_partial_size(), layout_.hidden_padded);
    }
    unpack_bias_gradient(layout_, bias, recurrent_bias, gradient.b_ih, gradient.b_hh);
}

}  // namespace cellwise::engine
