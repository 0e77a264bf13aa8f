#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <thread>

#include "learning/options.h"
#include "models/options.h"

namespace cellwise::learning {

/// The device behind "auto" (a GPU where one is usable, else the CPU), "cpu", "cuda" or "cuda:N".
/// "auto" and "cuda" are the GPU number `preferred`, modulo their number: processes of one machine take
/// different ones. Throws UsageError for another word, EnvironmentError saying why a GPU cannot be used.
[[nodiscard]] torch::Device resolve_device(const std::string& name, int preferred = 0);

/// Whether the program was built with LibTorch's CUDA libraries.
[[nodiscard]] bool is_built_with_cuda();

/// Why no GPU can be used, and what to do; empty if one can.
[[nodiscard]] std::string why_no_gpu();

/// How GPUs compute, for the whole process. `deterministic`: operations whose result depends on the order of
/// threads are replaced by slower ones, or refused, so that a seed gives the same bits every time; to be set before
/// the first operation on a GPU. `tf32`: matrix products may round their factors to 10 bits of mantissa; off,
/// they compute in float32 throughout.
void set_gpu_arithmetic(bool deterministic, bool tf32);

/// Throws for bfloat16 with another engine than the fused one or another device than the CPU (UsageError), or on a
/// processor without such products (EnvironmentError). The other precisions go anywhere.
void require_precision(Precision precision, models::Engine engine, torch::Device device);

/// Sets how many threads LibTorch computes with; 0: all processors this process may use.
/// Returns the number set.
std::int64_t set_threads(std::int64_t threads);

/// What a training computes with: a value, so that each of two side by side has its own.
struct Compute {
    torch::Device device = torch::kCPU;
    std::int64_t threads = 0;  ///< of the CPU; 0: as many as LibTorch has on this thread
};

/// What becomes of numbers so small that they have no exponent left: vanishing gradients become such, and are slow.
enum class Denormals { flushed, kept };

/// While it lives, LibTorch's own operations called by this thread use so many threads; its end puts back what was
/// before. A model that the fused kernels compute has its own pool: what is left to LibTorch there is small, its
/// threads would only spin beside the pool's, and one is given. Lives on one thread; setting the number clears
/// LibTorch's caches, so it is not for a single step.
class ComputeScope {
public:
    /// threads: 0 for all processors that this process may use. `kept`: the thread's own choice stays.
    explicit ComputeScope(std::int64_t threads, Denormals denormals = Denormals::flushed);
    ~ComputeScope();
    ComputeScope(const ComputeScope&) = delete;
    ComputeScope& operator=(const ComputeScope&) = delete;

    [[nodiscard]] std::int64_t threads() const { return threads_; }

private:
    std::int64_t threads_;
    int threads_before_;
    bool flushed_before_;
    std::thread::id owner_ = std::this_thread::get_id();
};

}  // namespace cellwise::learning
