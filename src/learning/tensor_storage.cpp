#include "learning/tensor_storage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace cellwise::learning {
namespace {

DType dtype_of_tensor(const torch::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case torch::kFloat32:
            return DType::float32;
        case torch::kFloat64:
            return DType::float64;
        case torch::kInt64:
            return DType::int64;
        case torch::kUInt8:
            return DType::uint8;
        default:
            throw InternalError("a model holds a tensor of a type that is not saved");
    }
}

torch::ScalarType scalar_type(DType dtype, const std::string& where) {
    switch (dtype) {
        case DType::float32:
            return torch::kFloat32;
        case DType::float64:
            return torch::kFloat64;
        case DType::int64:
            return torch::kInt64;
        default:
            throw DataError(fmt::format("{} has type {}: F32, F64 or I64 is expected", where, dtype_name(dtype)));
    }
}

}  // namespace

std::map<std::string, torch::Tensor> named_state(const models::Classifier& model) {
    std::map<std::string, torch::Tensor> state;
    for (const auto& item : model->named_parameters()) state[item.key()] = item.value();
    for (const auto& item : model->named_buffers()) state[item.key()] = item.value();
    return state;
}

StoredTensor stored(std::string name, const torch::Tensor& value) {
    const auto tensor = value.detach().to(torch::kCPU).contiguous();
    const auto* bytes = static_cast<const std::byte*>(tensor.const_data_ptr());
    return {std::move(name), dtype_of_tensor(tensor), tensor.sizes().vec(), {bytes, bytes + tensor.nbytes()}};
}

void restore(torch::Tensor target, const StoredTensor& tensor, const std::string& where) {
    if (tensor.shape != target.sizes().vec()) {
        throw DataError(fmt::format("{} has shape [{}], the model that config.toml describes needs [{}]", where,
                                    fmt::join(tensor.shape, ", "), fmt::join(target.sizes(), ", ")));
    }
    const auto loaded = torch::empty(tensor.shape, scalar_type(tensor.dtype, where));
    if (!tensor.bytes.empty()) std::memcpy(loaded.data_ptr(), tensor.bytes.data(), tensor.bytes.size());
    const torch::NoGradGuard no_grad;
    if (const auto broken = loaded.isfinite().logical_not(); broken.any().item<bool>()) {
        const auto places = broken.nonzero();  // [values, dimensions]
        std::vector<std::string> first;
        for (std::int64_t i = 0; i < places.size(1); ++i) {
            first.push_back(fmt::format("{}", places[0][i].item<std::int64_t>()));
        }
        throw DataError(
            fmt::format("{} holds {} that are not finite numbers among its {} values, the first at [{}]: the file "
                        "is damaged, or its training diverged",
                        where, places.size(0), loaded.numel(), fmt::join(first, ", ")));
    }
    target.copy_(loaded);
}

}  // namespace cellwise::learning
