// A model file or checkpoint: the container, not what a model makes of its tensors.
#include "core/safetensors.h"

#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(safetensors) {
    using namespace cellwise;
    fuzz::may_refuse([&] {
        const auto content = decode_safetensors(bytes, "fuzz");
        const auto again = decode_safetensors(encode_safetensors(content.tensors, content.metadata), "written");
        fuzz::require(again.metadata == content.metadata, "the metadata changed on the way out and back");
        fuzz::require(again.tensors.size() == content.tensors.size(), "a tensor got lost on the way out and back");
        for (const auto& tensor : content.tensors) {
            const auto& copy = again.at(tensor.name, "written");
            fuzz::require(copy.dtype == tensor.dtype && copy.shape == tensor.shape && copy.bytes == tensor.bytes,
                          "a tensor changed on the way out and back");
        }
    });
}
