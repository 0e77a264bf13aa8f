#include "interchange/keras_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/json_text.h"
#include "core/strict_json.h"
#include "interchange/hdf5_file.h"
#include "interchange/keras_config.h"
#include "interchange/keras_container.h"
#include "interchange/keras_inference.h"
#include "interchange/zip.h"

namespace cellwise::interchange {
namespace {

constexpr std::int64_t most_length = 1'000'000;
constexpr auto length_key = "cellwise_length";

using VariablesByPath = std::map<std::string, KerasVariable>;

/// What Keras was when the file was written decides what an option is that it does not name.
KerasDefaults defaults_of(const KerasContent& content) {
    if (!content.is_keras2 || !is_before_keras_2_3(content.version)) return {};
    return {.recurrent_activation = "hard_sigmoid", .reset_after = false};
}

KerasModel model_of_config(const KerasContent& content, const std::string& origin) {
    const auto document = parse_strict_json(content.config, fmt::format("{}: {}", origin, config_member));
    auto model = parse_keras_config(document, origin, defaults_of(content));
    if (model.length || content.metadata.empty()) return model;
    const auto own = parse_strict_json(content.metadata, fmt::format("{}: {}", origin, metadata_member));
    if (!own.is_object() || !own.contains(length_key)) return model;
    const auto& length = own[length_key];
    if (!length.is_number_integer() || length < 1 || length > most_length) {
        throw DataError(fmt::format("{}: {}: '{}' is not a number of words", origin, metadata_member, length_key));
    }
    model.length = length.get<std::int64_t>();
    return model;
}

/// The model behind weights alone, as the user describes it or as their shapes tell.
KerasModel model_of_weights(const KerasContent& content, const Keras2Weights& keras2, const LayerHints& hints,
                            const std::string& origin) {
    const auto& by_path = content.is_keras2 ? keras2.by_path : content.variables;
    KerasModel model;
    if (hints.options) {
        model.options = *hints.options;
        const auto dense = by_path.find("layers/dense/vars/1");
        model.softmax_of_two = dense != by_path.end() && dense->second.shape == std::vector<std::int64_t>{2};
    } else if (content.is_keras2) {
        model = infer_keras2_model(keras2, content.version, origin);
        if (!hints.stack.empty()) set_recurrent_layers(model.options, hints.stack, 0);
    } else {
        model = infer_keras_model(by_path, hints.stack, origin);
    }
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
    auto content = unpack_keras(path, origin);
    if (!content.config.empty() && (hints.options || !hints.stack.empty())) {
        throw UsageError(
            fmt::format("{} is a {}, which says itself what its layers are: leave --config and --stack out", origin,
                        content.is_keras2 ? "whole model" : ".keras file"));
    }
    // The configuration first: it names a layer that cannot be represented better than its variables do.
    std::optional<KerasModel> described;
    if (!content.config.empty()) described = model_of_config(content, origin);
    Keras2Weights keras2;
    if (content.is_keras2) {
        keras2 = as_keras3({content.config, content.version, content.layers, std::move(content.variables)}, origin);
    }
    auto model = described ? std::move(*described) : model_of_weights(content, keras2, hints, origin);
    auto by_path = content.is_keras2 ? std::move(keras2.by_path) : std::move(content.variables);
    if (model.softmax_of_two) {
        for (const auto* variable : {"layers/dense/vars/0", "layers/dense/vars/1"}) {
            if (by_path.contains(variable))
                subtract_outputs(by_path.at(variable), fmt::format("{}: {}", origin, variable));
        }
    }
    take_variables(model, std::move(by_path), origin);
    for (const auto& type : content.rounded_types) model.notes.push_back(conversion_note(origin, type));
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
