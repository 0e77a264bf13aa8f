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

// A block's way forward in stages. Stage 0 makes the states that the first step starts from. Every later one is a phase
// of a step; after a step's last phase the states that it ends in are finished: rows that start now join them, and
// outputs are written. A stage of some units needs of the stages before all units, and of its own none.
template <class Step>
class ForwardStages {
public:
    explicit ForwardStages(const ForwardBlock& block)
        : block_(block),
          layout_(*block.layout),
          width_(layout_.hidden_padded),
          all_rows_(static_cast<std::size_t>(block.steps.active[block.steps.steps])) {}

    [[nodiscard]] std::size_t count() const { return 1 + block_.steps.steps * Step::kPhases; }

    void Run(std::size_t stage, Units units) const {
        if (stage == 0) return FinishStates(0, units);
        const std::size_t t = (stage - 1) / Step::kPhases, phase = (stage - 1) % Step::kPhases;
        Step::Run(block_, StepAt(t), phase, units);
        if (phase + 1 == Step::kPhases) FinishStates(t + 1, units);
    }

private:
    [[nodiscard]] std::size_t StateRow(std::size_t t) const {
        return block_.keep ? static_cast<std::size_t>(block_.steps.offsets[t]) : (t % 2) * all_rows_;
    }
    [[nodiscard]] std::size_t Active(std::size_t t) const { return static_cast<std::size_t>(block_.steps.active[t]); }

    [[nodiscard]] ForwardStep StepAt(std::size_t t) const {
        const auto position = static_cast<std::size_t>(block_.steps.offsets[t]);
        const std::size_t kept = block_.keep ? position : 0;
        const std::size_t in = StateRow(t) * width_, out = StateRow(t + 1) * width_;
        return {Active(t),
                block_.hidden + in,
                block_.hidden + out,
                block_.cell == nullptr ? nullptr : block_.cell + in,
                block_.cell == nullptr ? nullptr : block_.cell + out,
                block_.gates == nullptr ? nullptr : block_.gates + kept * layout_.slots * width_,
                block_.reset_hidden == nullptr ? nullptr : block_.reset_hidden + kept * width_,
                block_.projection_rows + position};
    }

    // Rows that start at step t start in the state `start`, or in zeros.
    void StartRows(float* states, const float* start, std::size_t t, Units units) const {
        const std::size_t first = units.first * kLanes, count = (units.last - units.first) * kLanes;
        for (std::size_t row = t == 0 ? 0 : Active(t - 1); row < Active(t); ++row) {
            float* const state = states + row * width_ + first;
            if (start == nullptr) {
                std::fill_n(state, count, 0.0F);
            } else {
                std::copy_n(start + t * width_ + first, count, state);
            }
        }
    }

    void FinishStates(std::size_t t, Units units) const {
        const BlockSteps& steps = block_.steps;
        float* const hidden = block_.hidden + StateRow(t) * width_;
        StartRows(hidden, block_.start_hidden, t, units);
        if (block_.cell != nullptr) StartRows(block_.cell + StateRow(t) * width_, block_.start_cell, t, units);
        const std::size_t first = units.first * kLanes, last = HWY_MIN(units.last * kLanes, layout_.hidden);
        if (t > 0 && block_.sequence != nullptr) {
            const std::size_t time = steps.reverse ? steps.steps - t : t - 1;
            for (std::size_t row = 0; row < all_rows_; ++row) {
                const float* const state = row < Active(t) ? hidden + row * width_ : block_.start_hidden + t * width_;
                std::copy(state + first, state + last,
                          block_.sequence +
                              (static_cast<std::size_t>(steps.rows[row]) * steps.steps + time) * layout_.hidden +
                              first);
            }
        }
        for (std::size_t row = 0; t == steps.steps && block_.last != nullptr && row < all_rows_; ++row) {
            std::copy(hidden + row * width_ + first, hidden + row * width_ + last,
                      block_.last + static_cast<std::size_t>(steps.rows[row]) * layout_.hidden + first);
        }
    }

    const ForwardBlock& block_;
    const Layout& layout_;
    std::size_t width_, all_rows_;
};

template <class Step>
void RunForward(const ForwardBlock& block) {
    const ForwardStages<Step> stages(block);
    RunStages(stages, block, forward_panel);
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
