#include "engine/plan.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/error.h"

namespace cellwise::engine {
namespace {

constexpr std::size_t rows_of_two_blocks = 32;

}  // namespace

template <class Id>
void SequencePlan::plan_tokens(const Id* ids, std::size_t batch, std::size_t steps, std::size_t vocabulary,
                               const Options& options) {
    reverse_ = options.reverse;
    starts_.assign(batch, 0);
    seen_.assign(vocabulary, 0);
    for (std::size_t row = 0; row < batch; ++row) {
        const Id* const row_ids = ids + row * steps;
        std::size_t time = 0;
        if (options.share_prefix && !options.reverse) {
            while (time < steps && row_ids[time] == 0) ++time;
            starts_[row] = static_cast<std::int32_t>(time);
            if (time > 0) seen_[0] = 1;
        }
        for (; time < steps; ++time) {
            // A negative id becomes a huge one.
            const auto id = static_cast<std::uint64_t>(row_ids[time]);
            if (id >= vocabulary) {
                throw DataError("token id " + std::to_string(row_ids[time]) + " at row " + std::to_string(row) +
                                ", step " + std::to_string(time) + " is not in [0, " + std::to_string(vocabulary) +
                                "), the rows of the embedding");
            }
            seen_[id] = 1;
        }
    }
    make_blocks(batch, steps);

    tokens_.clear();
    if (options.share_tokens) {
        ranks_.resize(vocabulary);
        for (std::size_t id = 0; id < vocabulary; ++id) {
            if (seen_[id] == 0) continue;
            ranks_[id] = static_cast<std::int32_t>(options.by_id ? id : tokens_.size());
            tokens_.push_back(static_cast<std::int32_t>(id));
        }
    } else if (prefix_steps_ > 0) {
        tokens_.push_back(0);
    }
    for (const Block& block : blocks_) {
        std::int32_t* const out = projection_rows_.data() + block.first_position;
        for (std::size_t r = 0; r < block.rows.size(); ++r) {
            const auto row = static_cast<std::size_t>(block.rows[r]);
            for (auto step = static_cast<std::size_t>(starts_[row]); step < steps; ++step) {
                const auto id = static_cast<std::size_t>(ids[row * steps + (reverse_ ? steps - 1 - step : step)]);
                std::int32_t& place = out[static_cast<std::size_t>(block.offsets[step]) + r];
                if (options.share_tokens) {
                    place = ranks_[id];
                } else {
                    place = static_cast<std::int32_t>(tokens_.size());
                    tokens_.push_back(static_cast<std::int32_t>(id));
                }
            }
        }
    }
    projection_count_ = options.by_id ? vocabulary : tokens_.size();
}

template void SequencePlan::plan_tokens(const std::int32_t*, std::size_t, std::size_t, std::size_t, const Options&);
template void SequencePlan::plan_tokens(const std::int64_t*, std::size_t, std::size_t, std::size_t, const Options&);

void SequencePlan::plan_dense(std::size_t batch, std::size_t steps, bool reverse) {
    reverse_ = reverse;
    starts_.assign(batch, 0);
    make_blocks(batch, steps);
    tokens_.clear();
    projection_count_ = batch * steps;
    for (const Block& block : blocks_) {
        std::int32_t* out = projection_rows_.data() + block.first_position;
        for (std::size_t step = 0; step < steps; ++step) {
            const std::size_t time = reverse_ ? steps - 1 - step : step;
            for (const std::int32_t row : block.rows) {
                *out++ = static_cast<std::int32_t>(static_cast<std::size_t>(row) * steps + time);
            }
        }
    }
}

void SequencePlan::make_blocks(std::size_t batch, std::size_t steps) {
    steps_ = steps;
    // The number of blocks depends on the batch alone, so that sums over blocks have one order; it is
    // even, for two threads, and a block is high enough to keep the multiply-add units busy.
    const std::size_t count = std::min(batch, (batch + rows_of_two_blocks - 1) / rows_of_two_blocks * 2);
    blocks_.resize(count);
    for (Block& block : blocks_) block.rows.clear();
    std::vector<std::int32_t> order(batch);
    std::iota(order.begin(), order.end(), 0);
    const auto start_of = [&](std::int32_t row) { return starts_[static_cast<std::size_t>(row)]; };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return start_of(a) < start_of(b); });
    for (std::size_t i = 0; i < batch; ++i) blocks_[i % count].rows.push_back(order[i]);

    prefix_steps_ = batch == 0 ? 0 : static_cast<std::size_t>(start_of(order.back()));
    std::size_t position = 0;
    std::size_t state = 0;
    for (Block& block : blocks_) {
        block.first_position = position;
        block.first_state = state;
        block.offsets.resize(steps + 1);
        block.active.resize(steps + 1);
        std::size_t rows = 0;
        std::size_t offset = 0;
        for (std::size_t step = 0; step <= steps; ++step) {
            while (rows < block.rows.size() && static_cast<std::size_t>(start_of(block.rows[rows])) <= step) ++rows;
            block.active[step] = static_cast<std::int32_t>(rows);
            block.offsets[step] = static_cast<std::int32_t>(offset);
            if (step < steps) offset += rows;
        }
        position += offset;
        state += offset + block.rows.size();
    }
    projection_rows_.resize(position);
    if (zeros_.size() < steps + 1) {
        zeros_.assign(steps + 1, 0);
        ones_.assign(steps + 1, 1);
        counting_.resize(steps + 1);
        std::iota(counting_.begin(), counting_.end(), 0);
    }
}

BlockSteps SequencePlan::block(std::size_t index) const {
    const Block& block = blocks_[index];
    return {steps_, block.offsets.data(), block.active.data(), block.rows.data(), reverse_};
}

BlockSteps SequencePlan::prefix_block(std::size_t steps) const {
    return {steps, counting_.data(), ones_.data(), zeros_.data(), false};
}

void SequencePlan::list_sums() {
    sum_rows_.resize(projection_rows_.size());
    latest_sum_.assign(projection_count_, -1);
    summed_rows_.clear();
    std::size_t last = projection_rows_.size();
    for (std::size_t index = blocks_.size(); index-- > 0;) {
        const auto first_sum = static_cast<std::int32_t>(summed_rows_.size());
        const std::size_t first = blocks_[index].first_position;
        for (std::size_t position = last; position-- > first;) {  // backward's order
            const std::int32_t row = projection_rows_[position];
            std::int32_t& sum = latest_sum_[static_cast<std::size_t>(row)];
            if (sum >= first_sum) {
                sum_rows_[position] = sum;
            } else {
                sum = static_cast<std::int32_t>(summed_rows_.size());
                summed_rows_.push_back(row);
                sum_rows_[position] = -1 - sum;
            }
        }
        last = first;
    }

    sum_starts_.assign(projection_count_ + 1, 0);
    for (const std::int32_t row : summed_rows_) ++sum_starts_[static_cast<std::size_t>(row) + 1];
    std::partial_sum(sum_starts_.begin(), sum_starts_.end(), sum_starts_.begin());
    cursor_.assign(sum_starts_.begin(), sum_starts_.end() - 1);
    sums_.resize(summed_rows_.size());
    for (std::size_t sum = 0; sum < summed_rows_.size(); ++sum) {
        const auto row = static_cast<std::size_t>(summed_rows_[sum]);
        sums_[static_cast<std::size_t>(cursor_[row]++)] = static_cast<std::int32_t>(sum);
    }
}

}  // namespace cellwise::engine
