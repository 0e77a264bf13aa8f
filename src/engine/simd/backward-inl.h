// A block of rows back through time; in chunks of positions, the recurrent weights' gradient and the sums of the gates'
// gradients.
#if defined(CELLWISE_ENGINE_BACKWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_BACKWARD_INL_H
#undef CELLWISE_ENGINE_BACKWARD_INL_H
#else
#define CELLWISE_ENGINE_BACKWARD_INL_H
#endif

#include <algorithm>

#include "engine/kernels.h"
#include "engine/simd/backward_cells-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

// Positions whose sums are asked for ahead of the additions.
inline constexpr std::size_t kSumDistance = 4;

// Adds the chunk's gradients of the projection to the rows of the sums that they belong to, from the last position on.
template <class Cell>
void AddToSums(const BackwardBlock& block, const Chunk& chunk) {
    constexpr std::size_t kGates = Cell::kGates;
    const Layout& layout = *block.layout;
    const std::int32_t* const places = block.sum_rows + chunk.position;
    const auto sum_at = [&](std::size_t i) HWY_ATTR {
        const std::int32_t row = places[i] < 0 ? -1 - places[i] : places[i];
        return block.sums + static_cast<std::size_t>(row) * layout.projection_columns;
    };
    for (std::size_t i = chunk.count; i-- > 0;) {
        const float* ahead = i >= kSumDistance ? sum_at(i - kSumDistance) : nullptr;
        for (std::size_t j = 0; ahead != nullptr && j < layout.unit_blocks; ++j, ahead += kGates * kLanes) {
            FetchAhead<static_cast<int>(kGates)>(ahead);
        }
        const bool is_first = places[i] < 0;
        float* sum = sum_at(i);
        const float* gradient = chunk.gradients + i * layout.gate_stride;
        for (std::size_t j = 0; j < layout.unit_blocks;
             ++j, sum += kGates * kLanes, gradient += Cell::kSlots * kLanes) {
            CELLWISE_UNROLL
            for (std::size_t v = 0; v < kGates; ++v) {
                const V value = Get(gradient + v * kLanes);
                Put(is_first ? value : hn::Add(Get(sum + v * kLanes), value), sum + v * kLanes);
            }
        }
    }
}

template <class Cell>
void RunBackward(const BackwardBlock& block) {
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
    // Gradients lie in the order of their positions, up to the end of the scratch.
    float* const gradients_end = block.gate_gradients + (gradient_chunk + all_rows) * layout.gate_stride;
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
        float* const gradients = gradients_end - (chunk_end - position) * layout.gate_stride;
        const BackwardStep step{rows,
                                block.hidden + position * width,
                                block.hidden + next * width,
                                block.cell == nullptr ? nullptr : block.cell + position * width,
                                block.gates == nullptr ? nullptr : block.gates + position * layout.slots * width,
                                gradients,
                                hidden_gradient,
                                cell_gradient};
        Cell::Run(block, step);
        if (chunk_end - position >= gradient_chunk || t == 1) {
            const Chunk chunk{position, chunk_end - position, gradients};
            if (chunk.count > 0) Cell::Weights(block, chunk);
            AddToSums<Cell>(block, chunk);
            chunk_end = position;
        }
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
