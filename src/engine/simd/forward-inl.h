// A block of rows through time.
#if defined(CELLWISE_ENGINE_FORWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_FORWARD_INL_H
#undef CELLWISE_ENGINE_FORWARD_INL_H
#else
#define CELLWISE_ENGINE_FORWARD_INL_H
#endif

#include <algorithm>

#include "engine/kernels.h"
#include "engine/simd/forward_cells-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

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
                               block.gates == nullptr ? nullptr : block.gates + kept * layout.slots * width,
                               block.reset_hidden == nullptr ? nullptr : block.reset_hidden + kept * width,
                               block.projection_rows + position};
        Step::Run(block, step);
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
