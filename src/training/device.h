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

}  // namespace cellwise::training
