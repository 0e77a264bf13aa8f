#include "learning/checkpoint.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/hash.h"
#include "core/json_text.h"
#include "core/safetensors.h"
#include "core/strict_json.h"
#include "learning/checkpoint_state.h"
#include "learning/tensor_storage.h"

namespace cellwise::learning {
namespace {

constexpr const char* format_name = "cellwise checkpoint";
constexpr const char* format_version = "1";
const std::string best_prefix = "best.";
constexpr const char* generator_name = "dropout.generator";

std::map<std::string, torch::Tensor> state_tensors(const Fit& fit) {
    std::map<std::string, torch::Tensor> tensors;
    for (const auto& [name, tensor] : named_state(fit.trainer().model())) tensors["model." + name] = tensor;
    for (const auto& [name, tensor] : fit.trainer().optimizer().moments()) tensors["optimizer." + name] = tensor;
    return tensors;
}

// Over the tensors in the order of their names, then the state.
std::string digest(const std::vector<StoredTensor>& tensors, const std::string& state) {
    std::map<std::string, std::string> hashes;
    for (const auto& tensor : tensors) {
        hashes[tensor.name] = sha256({reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()});
    }
    std::string text = state;
    for (const auto& [name, hash] : hashes) text += fmt::format("\n{} {}", name, hash);
    return sha256(text);
}

std::string metadata_value(const SafetensorsContent& content, const std::string& key, const std::string& origin) {
    const auto found = content.metadata.find(key);
    if (found == content.metadata.end()) {
        throw DataError(fmt::format("{} is not a checkpoint of Cellwise: it has no '{}'", origin, key));
    }
    return found->second;
}

// The file's content, once format, version and digest are found right.
SafetensorsContent read_checked(const std::filesystem::path& path, const std::string& origin) {
    auto content = read_safetensors(path);
    if (metadata_value(content, "format", origin) != format_name) {
        throw DataError(fmt::format("{} is not a checkpoint of Cellwise", origin));
    }
    if (const auto version = metadata_value(content, "format_version", origin); version != format_version) {
        throw DataError(fmt::format("{} has version {} of the format, this program reads version {}", origin, version,
                                    format_version));
    }
    if (metadata_value(content, "sha256", origin) !=
        digest(content.tensors, metadata_value(content, "state", origin))) {
        throw DataError(
            fmt::format("{} is damaged: its bytes do not have the SHA-256 that it was written with", origin));
    }
    return content;
}

// The tensors of the best epoch, which early stopping may have kept: none or all of the model's.
std::map<std::string, torch::Tensor> best_tensors(const SafetensorsContent& content, const Fit& fit,
                                                  const std::string& origin) {
    std::map<std::string, torch::Tensor> best;
    const bool has_best = std::any_of(content.tensors.begin(), content.tensors.end(),
                                      [](const StoredTensor& tensor) { return tensor.name.starts_with(best_prefix); });
    if (!has_best) return best;
    for (const auto& [name, tensor] : named_state(fit.trainer().model())) {
        best[name] = torch::empty_like(tensor);
        const auto& saved = content.at(best_prefix + name, origin);
        restore(best[name], saved, fmt::format("{}: tensor '{}'", origin, saved.name));
    }
    return best;
}

void restore_tensors(const SafetensorsContent& content, const Fit& fit, const std::string& origin) {
    const auto tensors = state_tensors(fit);
    for (const auto& tensor : content.tensors) {
        const bool is_known =
            tensors.contains(tensor.name) || tensor.name == generator_name || tensor.name.starts_with(best_prefix);
        if (!is_known) {
            throw DataError(fmt::format("{}: tensor '{}' does not belong to this run", origin, tensor.name));
        }
    }
    for (const auto& [name, target] : tensors) {
        const auto& tensor = content.at(name, origin);
        const auto where = fmt::format("{}: tensor '{}'", origin, name);
        // A value of another type would come back with other bits.
        if (tensor.dtype != stored(name, target).dtype) throw DataError(where + " has another type than the run");
        restore(target, tensor, where);
    }
    const auto bytes = content.at(generator_name, origin).values<std::uint8_t>();
    auto& dropout = fit.trainer().model()->dropout;
    auto generator = dropout->state().clone();
    if (static_cast<std::size_t>(generator.numel()) != bytes.size()) {
        throw DataError(fmt::format("{}: tensor '{}' has the wrong size", origin, generator_name));
    }
    std::copy(bytes.begin(), bytes.end(), generator.data_ptr<std::uint8_t>());
    try {
        dropout->set_state(generator);
    } catch (const c10::Error&) {
        throw DataError(fmt::format("{}: tensor '{}' is not a generator's state", origin, generator_name));
    }
}

}  // namespace

bool save_checkpoint(const std::filesystem::path& path, const Fit& fit, const settings::Origin& origin) {
    std::vector<StoredTensor> tensors;
    for (const auto& [name, tensor] : state_tensors(fit)) {
        if (!tensor.isfinite().all().item<bool>()) return false;
        tensors.push_back(stored(name, tensor));
    }
    for (const auto& [name, tensor] : fit.early_stopping().state().weights) {
        tensors.push_back(stored(best_prefix + name, tensor));
    }
    tensors.push_back(stored(generator_name, fit.trainer().model()->dropout->state()));
    const auto state = json_text(checkpoint_state(fit, origin));
    write_safetensors(path, tensors,
                      {{"format", format_name},
                       {"format_version", format_version},
                       {"state", state},
                       {"sha256", digest(tensors, state)}});
    return true;
}

void load_checkpoint(const std::filesystem::path& path, Fit& fit, const settings::Origin& origin) {
    const auto name = fmt::format("'{}'", path.string());
    const auto content = read_checked(path, name);
    const auto state = parse_strict_json(metadata_value(content, "state", name), name);
    settings::require_same_settings(origin_of(state, name), origin, name);
    restore_tensors(content, fit, name);
    restore_state(state, best_tensors(content, fit, name), fit, name);
}

}  // namespace cellwise::learning
