#include "training/device.h"

#include <fmt/format.h>
#include <sched.h>
#include <torch/torch.h>

#include "core/error.h"
#include "training/setting_text.h"

namespace cellwise::training {
namespace {

std::int64_t usable_processors() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return CPU_COUNT(&set);
}

std::string why_no_gpu() {
#ifdef CELLWISE_CUDA
    return "no usable NVIDIA driver or GPU was found: check that nvidia-smi works (CUDA 13 needs driver 580 or newer)";
#else
    return "this program was built with a LibTorch for the CPU only: build the cuda preset (docs/building.md)";
#endif
}

}  // namespace

torch::Device resolve_device(const std::string& name) {
    if (name == "cpu") return torch::kCPU;
    if (name == "auto")
        return torch::cuda::is_available() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
    if (name != "cuda" && !name.starts_with("cuda:")) {
        throw UsageError(fmt::format("--device '{}' is unknown: choose auto, cpu, cuda or cuda:N", name));
    }
    const auto index = name == "cuda" ? 0 : setting_text::natural(name.substr(5), "--device cuda:N");
    if (!torch::cuda::is_available()) throw EnvironmentError(fmt::format("--device {}: {}", name, why_no_gpu()));
    const auto count = static_cast<std::uint64_t>(torch::cuda::device_count());
    if (index >= count) {
        throw EnvironmentError(
            fmt::format("--device {}: this machine has {} GPU{}, numbered from 0", name, count, count == 1 ? "" : "s"));
    }
    return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

std::int64_t set_threads(std::int64_t threads) {
    const auto count = threads > 0 ? threads : usable_processors();
    // Vanishing gradients become denormal numbers, which are slow; worker threads inherit the setting.
    at::globalContext().setFlushDenormal(true);
    at::set_num_threads(static_cast<int>(count));
    return count;
}

OneTorchThread::OneTorchThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
OneTorchThread::~OneTorchThread() { at::set_num_threads(before_); }

}  // namespace cellwise::training
