#include "engine/large_tensor.h"

#include <torch/torch.h>

#include <cstdlib>

#include "core/large_pages.h"

namespace cellwise::engine {

torch::Tensor on_large_pages(const torch::Tensor& values) {
    const torch::NoGradGuard no_grad;
    const auto bytes = static_cast<std::size_t>(values.numel()) * sizeof(float);
    auto copy = torch::from_blob(
        allocate_array(bytes), values.sizes(), [](void* memory) { std::free(memory); },
        torch::TensorOptions().dtype(torch::kFloat32));
    copy.copy_(values);
    return copy;
}

}  // namespace cellwise::engine
