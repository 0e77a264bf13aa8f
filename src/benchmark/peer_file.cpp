#include "benchmark/peer_file.h"

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string>

namespace cellwise::benchmark {
namespace {

StoredTensor stored(const std::string& name, const torch::Tensor& tensor) {
    const auto values = tensor.detach().contiguous();
    return store_tensor<float>(name, values.sizes().vec(),
                               std::span(values.const_data_ptr<float>(), static_cast<std::size_t>(values.numel())));
}

}  // namespace

std::vector<StoredTensor> peer_tensors(const models::Classifier& model, const std::vector<Batch>& batches,
                                       const Shape& shape) {
    const auto weights = model->recurrent.front()->weights(0);
    std::vector<StoredTensor> tensors{
        stored("embedding", model->embedding->weight), stored("weight_ih", weights.input),
        stored("weight_hh", weights.recurrent),        stored("bias_ih", weights.bias),
        stored("bias_hh", weights.recurrent_bias),     stored("dense_weight", model->dense->weight),
        stored("dense_bias", model->dense->bias)};
    std::vector<std::int32_t> ids;
    std::vector<std::uint8_t> labels;
    for (const auto& batch : batches) {
        ids.insert(ids.end(), batch.ids.begin(), batch.ids.end());
        labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
    }
    const auto count = static_cast<std::int64_t>(batches.size());
    tensors.push_back(store_tensor<std::int32_t>("ids", {count, shape.batch_size, shape.length}, ids));
    tensors.push_back(store_tensor<std::uint8_t>("labels", {count, shape.batch_size}, labels));
    return tensors;
}

SafetensorsMetadata peer_settings(Cell cell, const Shape& shape) {
    return {{"cell", std::string(cell_name(cell))}, {"hidden_size", std::to_string(shape.hidden_size)}};
}

}  // namespace cellwise::benchmark
