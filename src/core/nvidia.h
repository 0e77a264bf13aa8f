#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cellwise {

/// A GPU as the NVIDIA driver describes it.
struct Gpu {
    std::string name;
    int capability_major = 0;  ///< compute capability
    int capability_minor = 0;
    std::uint64_t memory_bytes = 0;
};

/// What NVIDIA's management library (NVML), which comes with the driver, says of this machine. It is loaded
/// at run time, so that a program built without CUDA can tell as well.
struct NvidiaState {
    std::string driver;   ///< its version, "580.65.06"; empty without one
    std::string problem;  ///< why nothing more is known; empty if all was asked
    std::vector<Gpu> gpus;
};

[[nodiscard]] NvidiaState nvidia_state();

/// The least that CUDA 13 programs run on.
inline constexpr int least_driver = 580;
inline constexpr int least_capability_major = 7, least_capability_minor = 5;

/// Why CUDA 13 programs cannot use the GPUs, and what to do; empty if they can.
[[nodiscard]] std::string why_unusable(const NvidiaState& state);

}  // namespace cellwise
