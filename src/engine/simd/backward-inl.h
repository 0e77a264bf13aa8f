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
void AddToSums(const BackwardBlock& block, const Chunk& chunk, Units units) {
    constexpr std::size_t kGates = Cell::kGates;
    const Layout& layout = *block.layout;
    const std::int32_t* const places = block.sum_rows + chunk.position;
    const auto sum_at = [&](std::size_t i) HWY_ATTR {
        const std::int32_t row = places[i] < 0 ? -1 - places[i] : places[i];
        return block.sums + static_cast<std::size_t>(row) * layout.projection_columns + units.first * kGates * kLanes;
    };
    for (std::size_t i = chunk.count; i-- > 0;) {
        const float* ahead = i >= kSumDistance ? sum_at(i - kSumDistance) : nullptr;
        for (std::size_t j = units.first; ahead != nullptr && j < units.last; ++j, ahead += kGates * kLanes) {
            FetchAhead<static_cast<int>(kGates)>(ahead);
        }
        const bool is_first = places[i] < 0;
        float* sum = sum_at(i);
        const float* gradient = chunk.gradients + i * layout.gate_stride + units.first * Cell::kSlots * kLanes;
        for (std::size_t j = units.first; j < units.last;
             ++j, sum += kGates * kLanes, gradient += Cell::kSlots * kLanes) {
            CELLWISE_UNROLL
            for (std::size_t v = 0; v < kGates; ++v) {
                const V value = Get(gradient + v * kLanes);
                Put(is_first ? value : hn::Add(Get(sum + v * kLanes), value), sum + v * kLanes);
            }
        }
    }
}

// A block's way back in stages. A stage of some units takes what the stages before left of all units: it propagates
// their gates' gradients to its units' states and computes the next gates' gradients there, a phase or a step further
// back. Its calls are given in ascending order of the stages.
template <class Cell>
class BackwardStages {
public:
    explicit BackwardStages(const BackwardBlock& block)
        : block_(block),
          layout_(*block.layout),
          width_(layout_.hidden_padded),
          all_rows_(Active(block.steps.steps)),
          step_(block.steps.steps + 1) {
        chunk_.end = next_chunk_end_ = static_cast<std::size_t>(block.steps.offsets[block.steps.steps]);
    }

    [[nodiscard]] std::size_t count() const { return 1 + block_.steps.steps * Cell::kPhases; }

    void Run(std::size_t stage, Units units) {
        if (stage == 0) {
            Begin(units);
            return Arrive(block_.steps.steps, units);
        }
        const std::size_t t = block_.steps.steps - (stage - 1) / Cell::kPhases, phase = (stage - 1) % Cell::kPhases;
        GoBackTo(t);
        BackwardStep step = StepAt(t);
        if (phase + 1 == Cell::kPhases) step.next = ReadBefore(t, units);
        Cell::Propagate(block_, step, phase, units);
        if (phase + 1 < Cell::kPhases) {
            Gates(t, phase + 1, units);
        } else {
            Arrive(t - 1, units);
        }
    }

private:
    [[nodiscard]] std::size_t Active(std::size_t t) const { return static_cast<std::size_t>(block_.steps.active[t]); }
    [[nodiscard]] std::size_t PositionOf(std::size_t t) const {
        return static_cast<std::size_t>(block_.steps.offsets[t - 1]);
    }
    float* HiddenGradient(std::size_t row) const { return block_.state_gradient + row * width_; }
    float* CellGradient(std::size_t row) const { return block_.state_gradient + (all_rows_ + row) * width_; }

    // Where the gates' gradients of a step are among those of its chunk.
    struct ChunkOfStep {
        std::size_t end = 0;  // position behind the chunk
        bool is_odd = false;
    };

    // Goes on to step t. A chunk has whole steps, from the last one on, until they have gradient_chunk positions.
    void GoBackTo(std::size_t t) {
        while (step_ > t) {
            --step_;
            chunk_before_ = chunk_;
            if (next_chunk_end_ != chunk_.end) chunk_ = {next_chunk_end_, !chunk_.is_odd};
            if (EndsChunk(step_)) next_chunk_end_ = PositionOf(step_);
        }
    }
    [[nodiscard]] const ChunkOfStep& ChunkOf(std::size_t t) const { return t == step_ ? chunk_ : chunk_before_; }
    [[nodiscard]] bool EndsChunk(std::size_t t) const {
        return t > 0 && (ChunkOf(t).end - PositionOf(t) >= gradient_chunk || t == 1);
    }

    // Gradients lie in the order of their positions, up to the end of the scratch. Chunks take its halves in turns
    // where a team has two: another member may still read the chunk before.
    [[nodiscard]] float* GradientsOf(std::size_t t) const {
        const ChunkOfStep& chunk = ChunkOf(t);
        const std::size_t size = (gradient_chunk + all_rows_) * layout_.gate_stride;
        float* const scratch = block_.gate_gradients + (block_.team != nullptr && chunk.is_odd ? size : 0);
        return scratch + size - (chunk.end - PositionOf(t)) * layout_.gate_stride;
    }

    [[nodiscard]] BackwardStep StepAt(std::size_t t) const {
        const std::size_t position = PositionOf(t), next = static_cast<std::size_t>(block_.steps.offsets[t]);
        return {Active(t - 1),
                block_.hidden + position * width_,
                block_.hidden + next * width_,
                block_.cell == nullptr ? nullptr : block_.cell + position * width_,
                block_.gates == nullptr ? nullptr : block_.gates + position * layout_.slots * width_,
                GradientsOf(t),
                HiddenGradient(0),
                CellGradient(0),
                {}};
    }

    // What forward kept of the step before t: some units' gates, and the states.
    [[nodiscard]] SoonRead ReadBefore(std::size_t t, Units units) const {
        if (t <= 1) return {};
        const std::size_t position = PositionOf(t - 1), rows = Active(t - 2), count = rows * width_;
        SoonRead soon;
        if (block_.gates != nullptr) {
            const std::size_t gates_of_unit_block = rows * layout_.slots * kLanes;
            soon.ranges[0] = {block_.gates + position * layout_.slots * width_ + units.first * gates_of_unit_block,
                              (units.last - units.first) * gates_of_unit_block};
        }
        soon.ranges[1] = {block_.hidden + position * width_, count};
        if (block_.cell != nullptr) soon.ranges[2] = {block_.cell + position * width_, count};
        return soon;
    }

    void Begin(Units units) const {
        const std::size_t first = units.first * kLanes, last = units.last * kLanes;
        for (std::size_t row = 0; row < all_rows_; ++row) {
            std::fill(HiddenGradient(row) + first, HiddenGradient(row) + last, 0.0F);
            std::fill(CellGradient(row) + first, CellGradient(row) + last, 0.0F);
            if (block_.last_gradient == nullptr) continue;
            const float* const given = block_.last_gradient + BatchRow(row) * layout_.hidden;
            std::copy(given + first, given + HWY_MIN(last, layout_.hidden), HiddenGradient(row) + first);
        }
    }

    [[nodiscard]] std::size_t BatchRow(std::size_t row) const {
        return static_cast<std::size_t>(block_.steps.rows[row]);
    }

    // The state after step t: rows that started in it leave, what is known from elsewhere is added, and the step's
    // gates get their gradients.
    void Arrive(std::size_t t, Units units) {
        const std::size_t first = units.first * kLanes, count = units.last * kLanes - first;
        const std::size_t staying = t == 0 ? 0 : Active(t - 1);
        float* const start =
            block_.start_gradient == nullptr ? nullptr : block_.start_gradient + t * 2 * width_ + first;
        for (std::size_t row = staying; start != nullptr && row < Active(t); ++row) {
            AddTo(start, HiddenGradient(row) + first, count);
            AddTo(start + width_, CellGradient(row) + first, count);
        }
        if (t == 0) return;
        AddSequenceGradient(t, staying, start, units);
        for (std::size_t i = 0; i < block_.arriving_count; ++i) {
            const float* const arriving = block_.arriving + i * block_.arriving_stride + t * 2 * width_ + first;
            AddTo(HiddenGradient(0) + first, arriving, count);
            AddTo(CellGradient(0) + first, arriving + width_, count);
        }
        GoBackTo(t);
        Gates(t, 0, units);
    }

    void AddSequenceGradient(std::size_t t, std::size_t staying, float* start, Units units) const {
        const std::size_t first = units.first * kLanes, last = HWY_MIN(units.last * kLanes, layout_.hidden);
        const std::size_t time = block_.steps.reverse ? block_.steps.steps - t : t - 1;
        for (std::size_t row = 0; block_.sequence_gradient != nullptr && row < all_rows_; ++row) {
            const float* const gradient =
                block_.sequence_gradient + (BatchRow(row) * block_.steps.steps + time) * layout_.hidden + first;
            if (row < staying) {
                AddTo(HiddenGradient(row) + first, gradient, last - first);
            } else if (start != nullptr) {
                AddTo(start, gradient, last - first);
            }
        }
    }

    void Gates(std::size_t t, std::size_t phase, Units units) const {
        Cell::Gates(block_, StepAt(t), phase, units);
        if (phase + 1 < Cell::kPhases || !EndsChunk(t)) return;
        const Chunk chunk{PositionOf(t), ChunkOf(t).end - PositionOf(t), GradientsOf(t)};
        if (chunk.count > 0) Cell::Weights(block_, chunk, units);
        AddToSums<Cell>(block_, chunk, units);
    }

    const BackwardBlock& block_;
    const Layout& layout_;
    std::size_t width_, all_rows_;
    std::size_t step_;  // how far GoBackTo() has come: calls of a stage need this step and the one behind it
    ChunkOfStep chunk_, chunk_before_;  // of step_ and of step_ + 1
    std::size_t next_chunk_end_;        // of step_ − 1
};

template <class Cell>
void RunBackward(const BackwardBlock& block) {
    BackwardStages<Cell> stages(block);
    RunStages(stages, block, backward_panel);
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
