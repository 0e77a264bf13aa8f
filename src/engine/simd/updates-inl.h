// The optimizers' rules and the sum of squares, over memory that need not be aligned.
#if defined(CELLWISE_ENGINE_UPDATES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef CELLWISE_ENGINE_UPDATES_INL_H
#undef CELLWISE_ENGINE_UPDATES_INL_H
#else
#define CELLWISE_ENGINE_UPDATES_INL_H
#endif

#include <cmath>

#include "engine/kernels.h"
#include "engine/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cellwise::engine {
namespace HWY_NAMESPACE {

// √x within an ulp or so, for x ≥ 0; an x below 1e-37 counts as that.
HWY_INLINE V SquareRoot(V x) {
#if HWY_TARGET == HWY_AVX3
    x = hn::Max(x, Fill(1e-37F));
    // Fourteen right bits from the table and a Newton step: the square root unit would be the bottleneck.
    const V y = hn::ApproximateReciprocalSqrt(x);
    const V root = hn::Mul(x, y);
    const V half = hn::Mul(y, Fill(0.5F));
    return hn::MulAdd(hn::NegMulAdd(root, root, x), half, root);
#else
    return hn::Sqrt(x);
#endif
}

// θ − rate·m/(√v + ε): how a step of Adam ends.
HWY_INLINE V MovedByAdam(const AdamStep& step, V w, V m, V v) {
    const V divisor = hn::Add(SquareRoot(v), Fill(step.epsilon));
    return hn::NegMulAdd(hn::Mul(m, Fill(step.rate)), Reciprocal(divisor), w);
}

// A step of one weight, for what a whole vector is too long for.
HWY_INLINE void UpdateOneByAdam(const AdamStep& step, float& w, float& m, float& v, float gradient) {
    const float g = gradient * step.gradient_scale + step.coupled_decay * w;
    m += step.one_less_beta_1 * (g - m);
    v = step.beta_2 * v + g * g * step.one_less_beta_2;
    w = w * step.weight_scale - step.rate * m / (std::sqrt(v) + step.epsilon);
}

inline void UpdateAdam(const AdamStep& step, float* HWY_RESTRICT weight, float* HWY_RESTRICT first,
                       float* HWY_RESTRICT second, const float* HWY_RESTRICT gradient, std::size_t count) {
    const Floats d;
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        V w = hn::LoadU(d, weight + i);
        V g = gradient == nullptr ? Zeros() : hn::Mul(hn::LoadU(d, gradient + i), Fill(step.gradient_scale));
        g = hn::MulAdd(Fill(step.coupled_decay), w, g);
        w = hn::Mul(w, Fill(step.weight_scale));
        const V old = hn::LoadU(d, first + i);
        const V m = hn::MulAdd(Fill(step.one_less_beta_1), hn::Sub(g, old), old);
        const V v =
            hn::MulAdd(Fill(step.beta_2), hn::LoadU(d, second + i), hn::Mul(hn::Mul(g, g), Fill(step.one_less_beta_2)));
        hn::StoreU(m, d, first + i);
        hn::StoreU(v, d, second + i);
        hn::StoreU(MovedByAdam(step, w, m, v), d, weight + i);
    }
    for (; i < count; ++i) {
        UpdateOneByAdam(step, weight[i], first[i], second[i], gradient == nullptr ? 0 : gradient[i]);
    }
}

// Such steps one after another without gradient or decay, in registers: with the same bits.
inline void UpdateIdleAdam(const AdamStep* steps, std::size_t number, float* HWY_RESTRICT weight,
                           float* HWY_RESTRICT first, float* HWY_RESTRICT second, std::size_t count) {
    const Floats d;
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        V w = hn::LoadU(d, weight + i);
        V m = hn::LoadU(d, first + i);
        V v = hn::LoadU(d, second + i);
        for (std::size_t step = 0; step < number; ++step) {
            m = hn::MulAdd(Fill(steps[step].one_less_beta_1), hn::Sub(Zeros(), m), m);
            v = hn::Mul(Fill(steps[step].beta_2), v);
            w = MovedByAdam(steps[step], w, m, v);
        }
        hn::StoreU(w, d, weight + i);
        hn::StoreU(m, d, first + i);
        hn::StoreU(v, d, second + i);
    }
    for (; i < count; ++i) {
        for (std::size_t step = 0; step < number; ++step) {
            UpdateOneByAdam(steps[step], weight[i], first[i], second[i], 0);
        }
    }
}

inline void UpdateSgd(const SgdStep& step, float* HWY_RESTRICT weight, float* HWY_RESTRICT velocity,
                      const float* HWY_RESTRICT gradient, std::size_t count) {
    const Floats d;
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        const V w = hn::LoadU(d, weight + i);
        V g = gradient == nullptr ? Zeros() : hn::Mul(hn::LoadU(d, gradient + i), Fill(step.gradient_scale));
        g = hn::MulAdd(Fill(step.coupled_decay), w, g);
        const V kept = hn::Mul(w, Fill(step.weight_scale));
        if (velocity == nullptr) {
            hn::StoreU(hn::NegMulAdd(Fill(step.rate), g, kept), d, weight + i);
            continue;
        }
        const V move = hn::NegMulAdd(Fill(step.rate), g, hn::Mul(Fill(step.momentum), hn::LoadU(d, velocity + i)));
        hn::StoreU(move, d, velocity + i);
        hn::StoreU(hn::Add(kept, move), d, weight + i);
    }
    for (; i < count; ++i) {
        const float g = (gradient == nullptr ? 0 : gradient[i] * step.gradient_scale) + step.coupled_decay * weight[i];
        const float kept = weight[i] * step.weight_scale;
        if (velocity == nullptr) {
            weight[i] = kept - step.rate * g;
            continue;
        }
        velocity[i] = step.momentum * velocity[i] - step.rate * g;
        weight[i] = kept + velocity[i];
    }
}

// Float sums of short runs, added up in float64.
inline double SumOfSquares(const float* values, std::size_t count) {
    constexpr std::size_t kRun = 32;
    const Floats d;
    double total = 0;
    std::size_t i = 0;
    while (i + kLanes <= count) {
        V sum = Zeros();
        for (std::size_t run = 0; run < kRun && i + kLanes <= count; ++run, i += kLanes) {
            const V value = hn::LoadU(d, values + i);
            sum = hn::MulAdd(value, value, sum);
        }
        HWY_ALIGN float lanes[kLanes];
        hn::Store(sum, d, lanes);
        for (const float lane : lanes) total += static_cast<double>(lane);
    }
    for (; i < count; ++i) total += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return total;
}

}  // namespace HWY_NAMESPACE
}  // namespace cellwise::engine
HWY_AFTER_NAMESPACE();

#endif
