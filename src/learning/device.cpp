#include "learning/device.h"

#include <fmt/format.h>
#include <torch/torch.h>
#include <xmmintrin.h>

#include <cassert>
#include <cstdlib>

#include "core/error.h"
#include "core/nvidia.h"
#include "core/processor.h"
#include "engine/kernels.h"
#include "settings/setting_text.h"

namespace cellwise::learning {
bool is_built_with_cuda() {
#ifdef CELLWISE_CUDA
    return true;
#else
    return false;
#endif
}

std::string why_no_gpu() {
    if (torch::cuda::is_available()) return {};
    const auto nvidia = nvidia_state();
    const auto unusable = why_unusable(nvidia);
    if (!is_built_with_cuda()) {
        const auto here = unusable.empty() ? fmt::format(" (this machine has a {})", nvidia.gpus.front().name) : "";
        return fmt::format(
            "this program was built with a LibTorch for the CPU only{}: build the cuda preset (docs/building.md)",
            here);
    }
    if (!unusable.empty()) return unusable;
    if (std::getenv("CUDA_VISIBLE_DEVICES") != nullptr) {
        return "CUDA_VISIBLE_DEVICES hides every usable GPU: unset it, or name one";
    }
    return fmt::format("the driver {} lists {} GPU{}, but CUDA cannot use {}: see what nvidia-smi says", nvidia.driver,
                       nvidia.gpus.size(), nvidia.gpus.size() == 1 ? "" : "s", nvidia.gpus.size() == 1 ? "it" : "them");
}

torch::Device resolve_device(const std::string& name, int preferred) {
    if (name == "cpu") return torch::kCPU;
    const auto gpus = static_cast<std::uint64_t>(torch::cuda::device_count());
    if (name == "auto" && gpus == 0) return torch::kCPU;
    if (name != "auto" && name != "cuda" && !name.starts_with("cuda:")) {
        throw UsageError(fmt::format("--device '{}' is unknown: choose auto, cpu, cuda or cuda:N", name));
    }
    const auto index = name.starts_with("cuda:") ? settings::natural(name.substr(5), "--device cuda:N")
                       : gpus == 0               ? 0
                                                 : static_cast<std::uint64_t>(preferred) % gpus;
    if (gpus == 0) throw EnvironmentError(fmt::format("--device {}: {}", name, why_no_gpu()));
    if (index >= gpus) {
        throw EnvironmentError(
            fmt::format("--device {}: this machine has {} GPU{}, numbered from 0", name, gpus, gpus == 1 ? "" : "s"));
    }
    return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

void set_gpu_arithmetic(bool deterministic, bool tf32) {
    auto& context = at::globalContext();
    context.setAllowTF32CuDNN(tf32);
    context.setAllowTF32CuBLAS(tf32);
    context.setDeterministicAlgorithms(deterministic, /*warn_only=*/false);
    context.setDeterministicCuDNN(deterministic);
    context.setBenchmarkCuDNN(false);  // the choice of an algorithm by its time differs from run to run
    // cuBLAS adds up in one order only if its workspace is of a fixed size; it reads this when it starts.
    if (deterministic) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
}

void require_precision(Precision precision, models::Engine engine, torch::Device device) {
    if (precision != Precision::bfloat16) return;
    if (engine == models::Engine::torch) {
        throw UsageError("--precision bfloat16 is the fused engine's: leave --engine torch out");
    }
    if (!device.is_cpu()) {
        throw UsageError("--precision bfloat16 is the fused engine's, which computes on the CPU: add --device cpu");
    }
    if (engine::has_bfloat16_products()) return;
    throw EnvironmentError(
        "--precision bfloat16: this processor has no such products (AVX512_BF16): float32 goes anywhere");
}

std::int64_t set_threads(std::int64_t threads) {
    const auto count = threads_or_all(threads);
    // Vanishing gradients become denormal numbers, which are slow; worker threads inherit the setting.
    at::globalContext().setFlushDenormal(true);
    at::set_num_threads(static_cast<int>(count));
    return count;
}

ComputeScope::ComputeScope(std::int64_t threads, Denormals denormals)
    : threads_(threads_or_all(threads)),
      threads_before_(at::get_num_threads()),
      flushed_before_(_MM_GET_FLUSH_ZERO_MODE() == _MM_FLUSH_ZERO_ON) {
    if (denormals == Denormals::flushed) at::globalContext().setFlushDenormal(true);
    at::set_num_threads(static_cast<int>(threads_));
}

ComputeScope::~ComputeScope() {
    assert(std::this_thread::get_id() == owner_ && "a ComputeScope ends on the thread that it began on");
    at::globalContext().setFlushDenormal(flushed_before_);
    at::set_num_threads(threads_before_);
}

}  // namespace cellwise::learning
