// What layers a .weights.h5 file without a configuration belongs to. The arrays come as a safetensors file, which is
// what the process that unpacks HDF5 sends.
#include "interchange/keras_inference.h"

#include "core/safetensors.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(keras_inference) {
    using namespace cellwise;
    fuzz::may_refuse([&] {
        std::map<std::string, interchange::KerasVariable> by_path;
        for (const auto& tensor : decode_safetensors(bytes, "fuzz").tensors) {
            by_path[tensor.name] = {tensor.shape, tensor.values<float>()};
        }
        const auto model = interchange::infer_keras_model(by_path, {}, "fuzz");
        fuzz::require(interchange::variable_places(model.options).size() >= 6, "a model without layers");
    });
}
