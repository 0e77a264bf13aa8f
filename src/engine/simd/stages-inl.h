// A block's way through time in stages, by one thread or by a team.
#if defined(CELLWISE_ENGINE_STAGES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_STAGES_INL_H
#undef CELLWISE_ENGINE_STAGES_INL_H
#else
#define CELLWISE_ENGINE_STAGES_INL_H
#endif

#include "engine/kernels.h"
#include "engine/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

// Hidden units [first, last), in unit blocks.
struct Units {
    std::size_t first, last;
};

// Runs all stages of a ForwardBlock or BackwardBlock. `stages` has count() of them and Run(stage, units). A team's
// parts have `least_units` unit blocks at least (Layout::units_of_a_part).
template <class Stages, class Block>
void RunStages(Stages& stages, const Block& block, std::size_t least_units) {
    const std::size_t unit_blocks = block.layout->unit_blocks;
    if (block.team == nullptr) {
        for (std::size_t stage = 0; stage < stages.count(); ++stage) stages.Run(stage, {0, unit_blocks});
        return;
    }
    const std::size_t part_units = block.layout->units_of_a_part(kSimpleRnnPanel, least_units);
    block.team->run(block.member, stages.count(), [&](std::size_t stage, std::size_t part) HWY_ATTR {
        stages.Run(stage, {part * part_units, HWY_MIN((part + 1) * part_units, unit_blocks)});
    });
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
