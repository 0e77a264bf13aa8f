#include "engine/kernels.h"

// Highway compiles the rest of this file once for every instruction set: AVX-512, AVX2, SSE4 and
// plain C++ on x86. The ones left out add nothing for float32.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_AVX3_DL | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include "engine/simd/backward-inl.h"
#include "engine/simd/forward-inl.h"
#include "engine/simd/products-inl.h"
#include "engine/simd/updates-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

double MultiplyAddChains(std::size_t rounds, float* sink) {
    constexpr int kChains = 12;
    V sums[kChains];
    CELLWISE_UNROLL
    for (int i = 0; i < kChains; ++i) sums[i] = Fill(static_cast<float>(i));
    V factor = Fill(0.9999F);
    const V addend = Fill(1e-3F);
    for (std::size_t round = 0; round < rounds; ++round) {
        CELLWISE_UNROLL
        for (int repeat = 0; repeat < 8; ++repeat) {
            CELLWISE_UNROLL
            for (int i = 0; i < kChains; ++i) sums[i] = hn::MulAdd(sums[i], factor, addend);
        }
    }
    CELLWISE_UNROLL
    for (int i = 1; i < kChains; ++i) sums[0] = hn::Add(sums[0], sums[i]);
    hn::StoreU(sums[0], Floats(), sink);
    return static_cast<double>(rounds) * 8 * kChains * 2 * static_cast<double>(kLanes);
}

Kernels FindKernels() {
    Kernels kernels{};
    kernels.name = hwy::TargetName(HWY_TARGET);
    kernels.lanes = kLanes;
    kernels.simple_rnn_panel = kSimpleRnnPanel;
    kernels.forward[static_cast<int>(CellKind::simple_rnn)] = RunForward<SimpleRnnStep>;
    kernels.forward[static_cast<int>(CellKind::lstm)] = RunForward<LstmStep>;
    kernels.forward[static_cast<int>(CellKind::gru)] = RunForward<GruStep>;
    kernels.forward[static_cast<int>(CellKind::gru_reset_before)] = RunForward<GruResetBeforeStep>;
    kernels.backward[static_cast<int>(CellKind::simple_rnn)] = RunBackward<SimpleRnnBackward>;
    kernels.backward[static_cast<int>(CellKind::lstm)] = RunBackward<LstmBackward>;
    kernels.backward[static_cast<int>(CellKind::gru)] = RunBackward<GruBackward>;
    kernels.backward[static_cast<int>(CellKind::gru_reset_before)] = RunBackward<GruResetBeforeBackward>;
    kernels.multiply = Multiply;
    kernels.accumulate = Accumulate;
    kernels.gather_sum = SumGathered;
    kernels.add = AddTo;
    kernels.adam = UpdateAdam;
    kernels.sgd = UpdateSgd;
    kernels.sum_of_squares = SumOfSquares;
    kernels.multiply_add_chains = MultiplyAddChains;
    return kernels;
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cellwise::engine {

HWY_EXPORT(FindKernels);

Kernels best_kernels() { return HWY_DYNAMIC_DISPATCH(FindKernels)(); }

}  // namespace cellwise::engine
#endif
