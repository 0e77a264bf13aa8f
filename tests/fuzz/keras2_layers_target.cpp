// The layers of a Keras 2 file by their variables' names and shapes. The arrays come as a safetensors file, which is
// what the process that unpacks HDF5 sends; its metadata holds the layers' names.
#include <nlohmann/json.hpp>

#include "core/safetensors.h"
#include "core/strict_json.h"
#include "fuzz/target.h"
#include "interchange/keras2_file.h"

CELLWISE_FUZZ_TARGET(keras2_layers) {
    using namespace cellwise;
    fuzz::may_refuse([&] {
        const auto sent = decode_safetensors(bytes, "fuzz");
        interchange::Keras2Content content{"", "2.15.0", {}, {}};
        for (const auto& tensor : sent.tensors) content.variables[tensor.name] = {tensor.shape, tensor.values<float>()};
        const auto layers = sent.metadata.find("layers");
        if (layers == sent.metadata.end()) return;
        const auto names = parse_strict_json(layers->second, "layers");
        if (!names.is_array()) return;
        for (const auto& name : names) {
            if (name.is_string()) content.layers.push_back(name.get<std::string>());
        }
        const auto weights = interchange::as_keras3(std::move(content), "fuzz");
        const auto model = interchange::infer_keras2_model(weights, "2.15.0", "fuzz");
        fuzz::require(interchange::variable_places(model.options).size() >= 6, "a model without layers");
    });
}
