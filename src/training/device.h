#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

namespace cellwise::training {

/// The device behind "auto" (a GPU where one is usable, else the CPU), "cpu", "cuda" or "cuda:N".
/// Throws UsageError for another word, EnvironmentError saying why a GPU cannot be used.
[[nodiscard]] torch::Device resolve_device(const std::string& name);

/// Sets how many threads LibTorch computes with; 0: all processors this process may use.
/// Returns the number set.
std::int64_t set_threads(std::int64_t threads);

/// While it lives, LibTorch's own operations use one thread of the calling thread's. A model that the
/// fused kernels compute has its own pool; what is left to LibTorch is small, and its threads would
/// only spin beside the pool's.
class OneTorchThread {
public:
    OneTorchThread();
    ~OneTorchThread();
    OneTorchThread(const OneTorchThread&) = delete;
    OneTorchThread& operator=(const OneTorchThread&) = delete;

private:
    int before_;
};

}  // namespace cellwise::training
