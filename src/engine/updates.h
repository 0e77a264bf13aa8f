#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/kernels.h"
#include "engine/thread_pool.h"

namespace cellwise::engine {

/// What both optimizers do to a gradient g and a weight θ before their own rule, in this order:
/// g ·= gradient_scale (clipping), g += coupled_decay·θ, θ ·= weight_scale (decoupled decay: 1 − rate·λ).
struct UpdateOptions {
    double gradient_scale = 1;
    double coupled_decay = 0;
    double weight_scale = 1;

    /// Whether a weight whose gradient and moments are zero changes all the same.
    [[nodiscard]] bool decays() const { return coupled_decay != 0 || weight_scale != 1; }
};

/// keras.optimizers.Adam: m += (1−β1)(g−m), v += (1−β2)(g²−v), θ −= rate·m/(√v + ε). `rate` has the
/// bias correction in it: lr·√(1−β2ᵗ)/(1−β1ᵗ).
struct AdamOptions : UpdateOptions {
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    double epsilon = 1e-7;
    double rate = 0;
};

/// velocity = momentum·velocity − rate·g, θ += velocity, as Keras has it; without momentum θ −= rate·g.
struct SgdOptions : UpdateOptions {
    double momentum = 0;
    double rate = 0;
};

/// The gradient of a table whose rows are mostly untouched: row indices[i] has gradient
/// values[i·width …], ascending and distinct; all other rows have zero.
struct RowGradient {
    const std::int64_t* indices = nullptr;
    std::size_t count = 0;
    const float* values = nullptr;
    std::size_t width = 0;
};

/// Throws InternalError unless the indices ascend and are below `rows`.
void require_ascending_rows(const RowGradient& gradient, std::size_t rows);

/// The options as the kernels take them.
[[nodiscard]] AdamStep as_step(const AdamOptions& options);

/// Fused updates of contiguous float32 memory: one pass over weights, moments and gradients. Results
/// do not depend on the number of threads.
class FusedUpdate {
public:
    /// The pool must outlive it.
    explicit FusedUpdate(ThreadPool& pool) : FusedUpdate(pool, best_kernels()) {}
    FusedUpdate(ThreadPool& pool, const Kernels& kernels) : pool_(pool), kernels_(kernels) {}

    void adam(const AdamOptions& options, float* weight, float* first_moment, float* second_moment,
              const float* gradient, std::size_t count) const;
    /// velocity may be null where momentum is 0.
    void sgd(const SgdOptions& options, float* weight, float* velocity, const float* gradient, std::size_t count) const;

    /// The same with a row gradient, and with dense results: rows without gradient whose velocity may
    /// be other than zero keep moving. `seen` [rows] tells them: zero for a row that has never had a gradient and is
    /// skipped (unless weights decay); updated here. Throws InternalError where indices are not ascending rows of the
    /// table. (Adam's: deferred_adam.h.)
    void sgd_rows(const SgdOptions& options, float* weight, float* velocity, std::size_t rows,
                  const RowGradient& gradient, std::uint8_t* seen) const;

    /// Σ values², in float64.
    [[nodiscard]] double squared_norm(const float* values, std::size_t count) const;

private:
    ThreadPool& pool_;
    Kernels kernels_;
};

}  // namespace cellwise::engine
