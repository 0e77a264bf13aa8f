#include "core/nvidia.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <memory>
#include <utility>

namespace cellwise {
namespace {

// Names, numbers and sizes of NVML's stable interface (NVIDIA Management Library API reference).
constexpr int nvml_success = 0;
struct NvmlMemory {
    unsigned long long total, free, used;
};
using NvmlDevice = struct NvmlDeviceTag*;

class Nvml {
public:
    Nvml() : library_(::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL)) {}
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;
    ~Nvml() {
        if (library_ != nullptr) ::dlclose(library_);
    }
    [[nodiscard]] bool is_loaded() const { return library_ != nullptr; }

    // Whether the function exists and succeeded.
    template <class... Parameters, class... Arguments>
    bool call(const char* name, int (*)(Parameters...), Arguments... arguments) const {
        void* const symbol = ::dlsym(library_, name);
        if (symbol == nullptr) return false;
        return reinterpret_cast<int (*)(Parameters...)>(symbol)(arguments...) == nvml_success;
    }

private:
    void* library_;
};

template <class... Parameters>
constexpr int (*signature)(Parameters...) = nullptr;

Gpu gpu_of(const Nvml& nvml, NvmlDevice device) {
    Gpu gpu;
    std::array<char, 128> name{};
    if (nvml.call("nvmlDeviceGetName", signature<NvmlDevice, char*, unsigned>, device, name.data(),
                  static_cast<unsigned>(name.size()))) {
        gpu.name = name.data();
    }
    (void)nvml.call("nvmlDeviceGetCudaComputeCapability", signature<NvmlDevice, int*, int*>, device,
                    &gpu.capability_major, &gpu.capability_minor);
    NvmlMemory memory{};
    if (nvml.call("nvmlDeviceGetMemoryInfo", signature<NvmlDevice, NvmlMemory*>, device, &memory)) {
        gpu.memory_bytes = memory.total;
    }
    return gpu;
}

}  // namespace

NvidiaState nvidia_state() {
    NvidiaState state;
    const Nvml nvml;
    if (!nvml.is_loaded()) {
        state.problem = "no NVIDIA driver was found (there is no libnvidia-ml.so.1)";
        return state;
    }
    if (!nvml.call("nvmlInit_v2", signature<>)) {
        state.problem = "the NVIDIA driver's library is here, but the driver does not answer";
        return state;
    }
    std::array<char, 96> version{};
    if (nvml.call("nvmlSystemGetDriverVersion", signature<char*, unsigned>, version.data(),
                  static_cast<unsigned>(version.size()))) {
        state.driver = version.data();
    }
    unsigned count = 0;
    (void)nvml.call("nvmlDeviceGetCount_v2", signature<unsigned*>, &count);
    for (unsigned i = 0; i < count; ++i) {
        NvmlDevice device = nullptr;
        if (nvml.call("nvmlDeviceGetHandleByIndex_v2", signature<unsigned, NvmlDevice*>, i, &device)) {
            state.gpus.push_back(gpu_of(nvml, device));
        }
    }
    (void)nvml.call("nvmlShutdown", signature<>);
    return state;
}

std::string why_unusable(const NvidiaState& state) {
    if (!state.problem.empty()) {
        return fmt::format("{}: install driver {} or newer, and in a container pass the GPUs on (--gpus all)",
                           state.problem, least_driver);
    }
    int major = 0;
    std::from_chars(state.driver.data(), state.driver.data() + state.driver.size(), major);
    if (major < least_driver) {
        return fmt::format("the NVIDIA driver is {}: CUDA 13 needs {} or newer: update it", state.driver, least_driver);
    }
    if (state.gpus.empty()) return fmt::format("the NVIDIA driver {} finds no GPU", state.driver);
    const auto is_enough = [](const Gpu& gpu) {
        return std::pair(gpu.capability_major, gpu.capability_minor) >=
               std::pair(least_capability_major, least_capability_minor);
    };
    for (const auto& gpu : state.gpus) {
        if (is_enough(gpu)) return {};
    }
    const auto& first = state.gpus.front();
    return fmt::format("{} has compute capability {}.{}: CUDA 13 needs {}.{} or newer", first.name,
                       first.capability_major, first.capability_minor, least_capability_major, least_capability_minor);
}

}  // namespace cellwise
