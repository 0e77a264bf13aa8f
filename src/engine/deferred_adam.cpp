#include "engine/deferred_adam.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "engine/chunks.h"
#include "engine/layout.h"

namespace cellwise::engine {
namespace {

// So many steps a row waits at most: all rows are then caught up at once, which costs little for each step.
constexpr std::size_t most_steps = 64;
static_assert(most_steps <= std::numeric_limits<std::uint8_t>::max());

// Rows that one task updates, and how many rows before its turn one is asked for.
constexpr std::size_t rows_of_a_task = 32;
constexpr std::size_t rows_ahead = 2;

// Asks for a row, whose three places lie anywhere in memory.
void fetch(const DeferredAdam::Table& table, std::size_t row) {
    const std::size_t at = row * table.width;
    for (std::size_t k = 0; k < table.width; k += floats_of_a_line) {
        __builtin_prefetch(table.weight + at + k, 1);
        __builtin_prefetch(table.first_moment + at + k, 1);
        __builtin_prefetch(table.second_moment + at + k, 1);
    }
}

}  // namespace

void DeferredAdam::take_steps(const Table& table, Late late, std::size_t end) const {
    float* const weight = table.weight + late.row * table.width;
    float* const first = table.first_moment + late.row * table.width;
    float* const second = table.second_moment + late.row * table.width;
    while (late.done < end) {
        const AdamStep* const step = &steps_[late.done];
        if (step->decays()) {  // which moves rows too that have never had a gradient
            kernels_.adam(*step, weight, first, second, nullptr, table.width);
            ++late.done;
            continue;
        }
        const auto* const next = std::find_if(step, steps_.data() + end, [](const AdamStep& s) { return s.decays(); });
        const auto number = static_cast<std::size_t>(next - step);
        if (table.seen[late.row] != 0) kernels_.idle_adam(step, number, weight, first, second, table.width);
        late.done += number;
    }
}

void DeferredAdam::step(const AdamOptions& options, const Table& table, const RowGradient& gradient) {
    require_ascending_rows(gradient, table.rows);
    assert(gradient.width == table.width);
    assert(done_.empty() || done_.size() == table.rows);
    done_.resize(table.rows);
    late_.reserve(table.rows);  // so that catching up asks for no memory: it must work when there is none
    steps_.push_back(as_step(options));
    for_chunks(pool_, gradient.count, rows_of_a_task, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            if (i + rows_ahead < end) fetch(table, static_cast<std::size_t>(gradient.indices[i + rows_ahead]));
            const auto row = static_cast<std::size_t>(gradient.indices[i]);
            take_steps(table, {row, done_[row]}, steps_.size() - 1);
            table.seen[row] = 1;
            const std::size_t at = row * table.width;
            kernels_.adam(steps_.back(), table.weight + at, table.first_moment + at, table.second_moment + at,
                          gradient.values + i * table.width, table.width);
            done_[row] = static_cast<std::uint8_t>(steps_.size());
        }
    });
    if (steps_.size() == most_steps) catch_up(table);
}

void DeferredAdam::catch_up_late(const Table& table) {
    for_chunks(pool_, late_.size(), rows_of_a_task, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            if (i + rows_ahead < end) fetch(table, late_[i + rows_ahead].row);
            take_steps(table, late_[i], steps_.size());
        }
    });
}

template <class Id>
void DeferredAdam::catch_up_ids(const Table& table, const Id* ids, std::size_t count) {
    if (!is_behind()) return;
    late_.clear();
    for (std::size_t i = 0; i < count; ++i) {
        if (ids[i] < 0 || static_cast<std::size_t>(ids[i]) >= table.rows) continue;
        auto& done = done_[static_cast<std::size_t>(ids[i])];
        if (done == steps_.size()) continue;
        late_.push_back({static_cast<std::size_t>(ids[i]), done});
        done = static_cast<std::uint8_t>(steps_.size());
    }
    catch_up_late(table);
}

void DeferredAdam::catch_up(const Table& table, const std::int32_t* ids, std::size_t count) {
    catch_up_ids(table, ids, count);
}

void DeferredAdam::catch_up(const Table& table, const std::int64_t* ids, std::size_t count) {
    catch_up_ids(table, ids, count);
}

void DeferredAdam::catch_up(const Table& table) {
    if (!is_behind()) return;
    late_.clear();
    for (std::size_t row = 0; row < table.rows; ++row) {
        if (done_[row] < steps_.size()) late_.push_back({row, done_[row]});
    }
    catch_up_late(table);
    steps_.clear();
    std::fill(done_.begin(), done_.end(), std::uint8_t{0});
}

}  // namespace cellwise::engine
