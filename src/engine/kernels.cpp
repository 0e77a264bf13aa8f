#include "engine/kernels.h"

// Highway compiles the rest of this file once for every instruction set: AVX-512, AVX2, SSE4 and
// plain C++ on x86. The ones left out add nothing for float32.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_AVX3_DL | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include "core/error.h"
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

template <class Products>
Kernels KernelsWith() {
    Kernels kernels{};
    kernels.name = hwy::TargetName(HWY_TARGET);
    kernels.factors = Products::kFactors;
    kernels.lanes = kLanes;
    kernels.simple_rnn_panel = kSimpleRnnPanel;
    kernels.forward[static_cast<int>(CellKind::simple_rnn)] = RunForward<SimpleRnnStep<Products>>;
    kernels.forward[static_cast<int>(CellKind::lstm)] = RunForward<LstmStep<Products>>;
    kernels.forward[static_cast<int>(CellKind::gru)] = RunForward<GruStep<Products>>;
    kernels.forward[static_cast<int>(CellKind::gru_reset_before)] = RunForward<GruResetBeforeStep<Products>>;
    kernels.backward[static_cast<int>(CellKind::simple_rnn)] = RunBackward<SimpleRnnBackward<Products>>;
    kernels.backward[static_cast<int>(CellKind::lstm)] = RunBackward<LstmBackward<Products>>;
    kernels.backward[static_cast<int>(CellKind::gru)] = RunBackward<GruBackward<Products>>;
    kernels.backward[static_cast<int>(CellKind::gru_reset_before)] = RunBackward<GruResetBeforeBackward<Products>>;
    kernels.multiply = Multiply<Products>;
    kernels.accumulate = AccumulateWith<Products>;
    kernels.gather_sum = SumGathered;
    kernels.add = AddTo;
    kernels.adam = UpdateAdam;
    kernels.idle_adam = UpdateIdleAdam;
    kernels.sgd = UpdateSgd;
    kernels.sum_of_squares = SumOfSquares;
    kernels.multiply_add_chains = MultiplyAddChains;
    return kernels;
}

// Those of float32 where this instruction set has no others.
Kernels FindKernels([[maybe_unused]] Factors factors) {
#if HWY_TARGET == HWY_AVX3
    if (factors == Factors::bfloat16) return KernelsWith<BFloat16Products>();
#endif
    return KernelsWith<Float32Products>();
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cellwise::engine {

HWY_EXPORT(FindKernels);

bool has_bfloat16_products() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16") != 0 &&
           HWY_DYNAMIC_DISPATCH(FindKernels)(Factors::bfloat16).factors == Factors::bfloat16;
#else
    return false;
#endif
}

Kernels best_kernels(Factors factors) {
    if (factors == Factors::bfloat16 && !has_bfloat16_products()) {
        throw EnvironmentError("this processor has no products of bfloat16 (AVX512_BF16)");
    }
    return HWY_DYNAMIC_DISPATCH(FindKernels)(factors);
}

}  // namespace cellwise::engine
#endif
