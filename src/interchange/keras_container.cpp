#include "interchange/keras_container.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/input_files.h"
#include "core/paths.h"
#include "core/safetensors.h"
#include "core/strict_json.h"
#include "core/utf8.h"
#include "interchange/file_kind.h"
#include "interchange/hdf5_file.h"
#include "interchange/limited_process.h"
#include "interchange/zip.h"

namespace cellwise::interchange {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A Constant initializer holds a whole matrix as text: 900,000 numbers are 19 MB.
constexpr std::uint64_t most_config_bytes = 256 << 20;
constexpr std::uint64_t most_metadata_bytes = 1 << 20;
constexpr std::uint64_t most_weights_bytes = std::uint64_t{1} << 30;

// What the child sends beside the variables.
constexpr auto config_key = "config";
constexpr auto metadata_key = "metadata";
constexpr auto keras2_key = "keras2";
constexpr auto version_key = "version";
constexpr auto layers_key = "layers";
constexpr auto types_key = "types";

enum class Form { zip, folder, hdf5 };

std::string first_bytes(const fs::path& path) {
    // A pipe or device could make the reader wait for ever.
    std::error_code code;
    const bool is_file = fs::is_regular_file(path, code);
    std::ifstream file;
    if (is_file) file.open(path, std::ios::binary);
    note_input(path);
    std::string bytes(512, '\0');
    if (!is_file || !file) {
        throw DataError(fmt::format("cannot read '{}': is it there, and a file?", path.string()));
    }
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

[[noreturn]] void refuse_kind_of(const std::string& origin, const std::string& what) {
    throw DataError(what.empty()
                        ? fmt::format("{} is no model file: .keras, .h5, .weights.h5 and .safetensors are read", origin)
                        : fmt::format("{} is {}", origin, what));
}

Form form_of(const fs::path& path, const std::string& origin) {
    if (is_folder(path)) {
        if (is_unpacked_keras(path)) return Form::folder;
        refuse_kind_of(origin, describe_folder(path));
    }
    const auto start = first_bytes(path);
    if (start.starts_with("PK")) return Form::zip;
    if (start.starts_with("\x89HDF\r\n\x1a\n")) return Form::hdf5;
    refuse_kind_of(origin, describe_file(start, path));
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

std::uintmax_t size_of(const fs::path& path, Form form) {
    std::error_code code;
    if (form != Form::folder) return fs::file_size(path, code);
    return fs::file_size(path / config_member, code) + fs::file_size(path / weights_member, code);
}

/// Initial values mean nothing to a trained model, and can be larger than it.
void drop_initializers(Json& value) {
    if (value.is_object()) {
        for (auto& [key, member] : value.items()) {
            if (key.ends_with("_initializer")) {
                member = nullptr;
            } else {
                drop_initializers(member);
            }
        }
    } else if (value.is_array()) {
        for (auto& element : value) drop_initializers(element);
    }
}

std::string without_initializers(const std::string& text, const std::string& where) {
    auto document = parse_strict_json(text, where);
    drop_initializers(document);
    return document.dump();
}

class Unpacker {
public:
    Unpacker(const fs::path& path, Form form, const std::string& origin) : path_(path), form_(form), origin_(origin) {}

    /// What the child sends.
    std::string unpack() {
        switch (form_) {
            case Form::zip:
                read_zip_file();
                break;
            case Form::folder:
                read_folder();
                break;
            case Form::hdf5:
                read_image(read_file(path_, most_weights_bytes), true);
                break;
        }
        return encode_safetensors(tensors_, metadata_);
    }

private:
    [[noreturn]] void refuse(const std::string& why) const { throw DataError(fmt::format("{}: {}", origin_, why)); }

    void read_zip_file() {
        auto members = read_zip(path_, {{config_member, most_config_bytes},
                                        {metadata_member, most_metadata_bytes},
                                        {weights_member, most_weights_bytes}});
        for (const auto* name : {config_member, weights_member}) {
            if (members.contains(name)) continue;
            const auto kind = describe_zip(zip_member_names(path_));
            if (!kind.empty()) throw DataError(fmt::format("{} is {}", origin_, kind));
            refuse(fmt::format("has no {}: not a .keras file", name));
        }
        set_config(members[config_member], members[metadata_member]);
        read_image(members[weights_member], false);
    }

    void read_folder() {
        std::error_code code;
        set_config(
            read_file(path_ / config_member, most_config_bytes),
            fs::exists(path_ / metadata_member, code) ? read_file(path_ / metadata_member, most_metadata_bytes) : "");
        read_image(read_file(path_ / weights_member, most_weights_bytes), false);
    }

    void set_config(const std::string& config, const std::string& metadata) {
        for (const auto& [name, text] : {std::pair(config_member, &config), std::pair(metadata_member, &metadata)}) {
            if (const auto byte = first_invalid_utf8(*text)) {
                refuse(fmt::format("{}: not UTF-8 at its byte {}", name, *byte + 1));
            }
        }
        metadata_[config_key] = without_initializers(config, fmt::format("{}: {}", origin_, config_member));
        metadata_[metadata_key] = metadata;
    }

    /// `may_be_keras2`: an HDF5 file by itself, which tells by its attributes what wrote it.
    void read_image(const std::string& image, bool may_be_keras2) {
        Hdf5File file(image, origin_);
        if (may_be_keras2 && file.has_group("model_weights")) {
            read_keras2(file, "model_weights");
            const auto config = file.text("/", "model_config");
            if (!config) refuse("model_weights stands there without the attribute model_config: it is damaged");
            metadata_[config_key] = without_initializers(*config, fmt::format("{}: model_config", origin_));
        } else if (may_be_keras2 && file.texts("/", "layer_names")) {
            read_keras2(file, "/");
        } else if (file.has_group("layers")) {
            add(file.read("layers"), "layers", "layers");
        } else if (constexpr auto older = "_layer_checkpoint_dependencies"; file.has_group(older)) {
            add(file.read(older), older, "layers");  // TensorFlow 2.12 to 2.15
        } else {
            refuse("layers: is missing: an HDF5 file, but not one in which Keras keeps a model");
        }
        metadata_[types_key] = Json(file.converted_types()).dump();
    }

    /// `place`: the group with the layers' groups.
    void read_keras2(Hdf5File& file, const std::string& place) {
        const auto layers = file.texts(place, "layer_names");
        if (!layers) refuse(fmt::format("{} has no attribute layer_names: it is damaged", place));
        const auto prefix = place == "/" ? std::string() : place + "/";
        std::set<std::string> seen;
        for (const auto& layer : *layers) {
            if (!seen.insert(layer).second) refuse(fmt::format("layer_names has '{}' twice", printable(layer)));
            if (layer.find('/') != std::string::npos) {
                refuse(fmt::format("layer '{}': a name with a slash cannot be represented: rename the layer",
                                   printable(layer)));
            }
            if (file.has_group(prefix + layer)) add(file.read(prefix + layer), prefix + layer, layer);
        }
        metadata_[keras2_key] = "yes";
        metadata_[layers_key] = Json(*layers).dump();
        metadata_[version_key] = file.text(place, "keras_version").value_or("");
    }

    /// The variables, whose paths begin with `from`, to be sent with `to` in its place.
    void add(std::map<std::string, KerasVariable> variables, const std::string& from, const std::string& to) {
        for (auto& [path, variable] : variables) {
            tensors_.push_back(store_tensor<float>(to + path.substr(from.size()), variable.shape, variable.values));
            variable = {};
        }
    }

    const fs::path& path_;
    Form form_;
    const std::string& origin_;
    std::vector<StoredTensor> tensors_;
    SafetensorsMetadata metadata_;
};

}  // namespace

KerasContent unpack_keras(const fs::path& path, const std::string& origin) {
    const auto form = form_of(path, origin);
    const auto bytes = run_in_limited_process([&] { return Unpacker(path, form, origin).unpack(); }, origin,
                                              limits_for(size_of(path, form)));
    auto sent = decode_safetensors(bytes, origin);
    KerasContent content;
    for (const auto& tensor : sent.tensors) content.variables[tensor.name] = {tensor.shape, tensor.values<float>()};
    content.config = sent.metadata[config_key];
    content.metadata = sent.metadata[metadata_key];
    content.is_keras2 = sent.metadata.contains(keras2_key);
    content.version = sent.metadata[version_key];
    content.rounded_types = Json::parse(sent.metadata[types_key]).get<std::set<std::string>>();
    if (content.is_keras2) content.layers = Json::parse(sent.metadata[layers_key]).get<std::vector<std::string>>();
    return content;
}

}  // namespace cellwise::interchange
