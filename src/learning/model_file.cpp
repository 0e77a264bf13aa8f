#include "learning/model_file.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "core/safetensors.h"
#include "learning/tensor_storage.h"

namespace cellwise::learning {

std::vector<StoredTensor> state_of(const models::Classifier& model) {
    std::vector<StoredTensor> tensors;
    for (const auto& [name, value] : named_state(model)) tensors.push_back(stored(name, value));
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
    for (const auto& [name, value] : state) {
        restore(value, content.at(name, path.string()), fmt::format("'{}': tensor '{}'", path.string(), name));
    }
}

}  // namespace cellwise::learning
