#include "interchange/keras_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/input_files.h"
#include "core/json_text.h"
#include "core/paths.h"
#include "core/safetensors.h"
#include "core/strict_json.h"
#include "core/utf8.h"
#include "interchange/hdf5_file.h"
#include "interchange/keras_config.h"
#include "interchange/keras_inference.h"
#include "interchange/limited_process.h"
#include "interchange/zip.h"

namespace cellwise::interchange {
namespace {

constexpr std::uint64_t most_config_bytes = 16 << 20;
constexpr std::uint64_t most_weights_bytes = std::uint64_t{1} << 30;
constexpr std::int64_t most_length = 1'000'000;
constexpr auto config_member = "config.json";
constexpr auto metadata_member = "metadata.json";
constexpr auto length_key = "cellwise_length";
constexpr auto weights_member = "model.weights.h5";
constexpr auto layers_group = "layers";

using VariablesByPath = std::map<std::string, KerasVariable>;

std::string first_bytes(const std::filesystem::path& path) {
    // A pipe or device could make the reader wait for ever.
    std::error_code code;
    const bool is_file = std::filesystem::is_regular_file(path, code);
    std::ifstream file;
    if (is_file) file.open(path, std::ios::binary);
    note_input(path);
    std::string bytes(8, '\0');
    if (!is_file || !file) {
        throw DataError(fmt::format("cannot read '{}': is it there, and a file?", path.string()));
    }
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

/// What a file of this size may cost to read: its bytes some times over, as text, HDF5 image and values.
ProcessLimits limits_for(std::uintmax_t file_bytes) {
    ProcessLimits limits;
    const auto bytes = std::min<std::uintmax_t>(file_bytes, most_weights_bytes);
    limits.memory_bytes = (std::uint64_t{512} << 20) + 8 * bytes;
    limits.most_result_bytes = std::min(limits.most_result_bytes, limits.memory_bytes);
    limits.seconds = 30 + static_cast<int>(bytes >> 24);
    return limits;
}

/// What the child sends: the variables by path, and config.json as metadata if there is one.
std::string unpack(const std::filesystem::path& path, bool is_zip, const std::string& origin) {
    SafetensorsMetadata metadata;
    std::string image;
    if (is_zip) {
        auto members = read_zip(path, {{config_member, most_config_bytes},
                                       {metadata_member, most_config_bytes},
                                       {weights_member, most_weights_bytes}});
        for (const auto* name : {config_member, weights_member}) {
            if (!members.contains(name))
                throw DataError(fmt::format("{}: has no {}: not a .keras file of Keras 3", origin, name));
        }
        for (const auto* name : {config_member, metadata_member}) {
            metadata[name] = members[name];  // empty if there is no metadata.json
            if (const auto byte = first_invalid_utf8(metadata[name])) {
                throw DataError(fmt::format("{}: {}: not UTF-8 at its byte {}", origin, name, *byte + 1));
            }
        }
        image = std::move(members[weights_member]);
    } else {
        image = read_file(path, most_weights_bytes);
    }
    std::vector<StoredTensor> tensors;
    for (auto& [name, variable] : read_hdf5(image, layers_group, origin)) {
        tensors.push_back(store_tensor<float>(name, variable.shape, variable.values));
        variable = {};
    }
    return encode_safetensors(tensors, metadata);
}

nlohmann::json parsed_member(const SafetensorsMetadata& metadata, const char* member, const std::string& origin) {
    return parse_strict_json(metadata.at(member), fmt::format("{}: {}", origin, member));
}

KerasModel model_of_config(const SafetensorsMetadata& metadata, const std::string& origin) {
    auto model = parse_keras_config(parsed_member(metadata, config_member, origin), origin);
    if (model.length || metadata.at(metadata_member).empty()) return model;
    const auto own = parsed_member(metadata, metadata_member, origin);
    if (!own.is_object() || !own.contains(length_key)) return model;
    const auto& length = own[length_key];
    if (!length.is_number_integer() || length < 1 || length > most_length) {
        throw DataError(fmt::format("{}: {}: '{}' is not a number of words", origin, metadata_member, length_key));
    }
    model.length = length.get<std::int64_t>();
    return model;
}

KerasModel model_of_weights(const VariablesByPath& by_path, const LayerHints& hints, const std::string& origin) {
    if (!hints.options) return infer_keras_model(by_path, hints.stack, origin);
    KerasModel model;
    model.options = *hints.options;
    return model;
}

/// Moves the variables to their names; refuses the ones that are missing, unknown or of another shape.
void take_variables(KerasModel& model, VariablesByPath by_path, const std::string& origin) {
    for (const auto& place : variable_places(model.options)) {
        auto found = by_path.extract(place.path());
        if (found.empty()) throw DataError(fmt::format("{}: {} is missing", origin, place.path()));
        if (found.mapped().shape != place.shape) {
            throw DataError(fmt::format("{}: {} has the shape [{}], the model's layers need [{}]", origin, place.path(),
                                        fmt::join(found.mapped().shape, ", "), fmt::join(place.shape, ", ")));
        }
        model.variables[place.name] = std::move(found.mapped());
    }
    if (!by_path.empty()) {
        throw DataError(fmt::format("{}: {} belongs to no layer of the model", origin, by_path.begin()->first));
    }
}

/// The groups of a file of weights, each with its layer's name, in the order of the layers.
std::vector<Hdf5Group> weight_groups(const KerasModel& model) {
    std::vector<Hdf5Group> groups;
    for (const auto& place : variable_places(model.options)) {
        const auto variable = model.variables.find(place.name);
        if (variable == model.variables.end() || variable->second.shape != place.shape) {
            throw InternalError(fmt::format("a model to be written lacks '{}', or in another shape", place.name));
        }
        if (place.index == 0) groups.push_back({place.group, place.name.substr(0, place.name.rfind('.')), {}});
        groups.back().variables.push_back(&variable->second);
    }
    return groups;
}

}  // namespace

KerasModel read_keras_file(const std::filesystem::path& path, const LayerHints& hints) {
    const auto origin = fmt::format("'{}'", path.string());
    const auto start = first_bytes(path);
    const bool is_zip = start.starts_with("PK");
    if (!is_zip && start != "\x89HDF\r\n\x1a\n") {
        throw DataError(fmt::format("{} is neither a .keras file nor a .weights.h5 file", origin));
    }
    if (is_zip && (hints.options || !hints.stack.empty())) {
        throw UsageError(fmt::format("{} is a .keras file, which says itself what its layers are", origin));
    }
    const auto bytes =
        run_in_limited_process([&] { return unpack(path, is_zip, origin); }, origin, limits_for(size_of_file(path)));
    const auto content = decode_safetensors(bytes, origin);
    VariablesByPath by_path;
    for (const auto& tensor : content.tensors) by_path[tensor.name] = {tensor.shape, tensor.values<float>()};

    auto model = is_zip ? model_of_config(content.metadata, origin) : model_of_weights(by_path, hints, origin);
    take_variables(model, std::move(by_path), origin);
    return model;
}

std::string encode_keras_weights(const KerasModel& model) { return encode_hdf5(weight_groups(model)); }

std::string encode_keras_file(const KerasModel& model) {
    nlohmann::ordered_json metadata{{"keras_version", "3.0.0"}, {"date_saved", "1980-01-01@00:00:00"}};
    if (model.length) metadata[length_key] = *model.length;
    return encode_zip({{metadata_member, json_text(metadata)},
                       {config_member, json_text(keras_config(model))},
                       {weights_member, encode_keras_weights(model)}});
}

}  // namespace cellwise::interchange
