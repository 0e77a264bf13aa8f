#include "training/model_file.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/safetensors.h"

namespace cellwise::training {
namespace {

std::map<std::string, torch::Tensor> named_state(const models::Classifier& model) {
    std::map<std::string, torch::Tensor> state;
    for (const auto& item : model->named_parameters()) state[item.key()] = item.value();
    for (const auto& item : model->named_buffers()) state[item.key()] = item.value();
    return state;
}

DType dtype_of_tensor(const torch::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case torch::kFloat32:
            return DType::float32;
        case torch::kFloat64:
            return DType::float64;
        case torch::kInt64:
            return DType::int64;
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

std::vector<StoredTensor> state_of(const models::Classifier& model) {
    std::vector<StoredTensor> tensors;
    for (const auto& [name, value] : named_state(model)) {
        const auto tensor = value.detach().to(torch::kCPU).contiguous();
        const auto* bytes = static_cast<const std::byte*>(tensor.const_data_ptr());
        tensors.push_back({name, dtype_of_tensor(tensor), tensor.sizes().vec(), {bytes, bytes + tensor.nbytes()}});
    }
    return tensors;
}

void save_model(const models::Classifier& model, const std::filesystem::path& path) {
    write_safetensors(path, state_of(model), {{"format", "pt"}});
}

void load_model(models::Classifier& model, const std::filesystem::path& path) {
    const auto content = read_safetensors(path);
    const auto state = named_state(model);
    for (const auto& stored : content.tensors) {
        if (!state.contains(stored.name)) {
            throw DataError(fmt::format("'{}': tensor '{}' does not belong to the model that config.toml describes",
                                        path.string(), stored.name));
        }
    }
    const torch::NoGradGuard no_grad;
    for (const auto& [name, value] : state) {
        const auto& stored = content.at(name, path.string());
        const auto where = fmt::format("'{}': tensor '{}'", path.string(), name);
        if (stored.shape != value.sizes().vec()) {
            throw DataError(fmt::format("{} has shape [{}], the model that config.toml describes needs [{}]", where,
                                        fmt::join(stored.shape, ", "), fmt::join(value.sizes(), ", ")));
        }
        const auto loaded = torch::empty(stored.shape, scalar_type(stored.dtype, where));
        std::memcpy(loaded.data_ptr(), stored.bytes.data(), stored.bytes.size());
        if (!loaded.isfinite().all().item<bool>()) {
            throw DataError(fmt::format("{} holds values that are not finite numbers", where));
        }
        auto target = value;
        target.copy_(loaded);
    }
}

}  // namespace cellwise::training
